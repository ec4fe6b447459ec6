interface Node {
  readonly id: string;
  readonly name: string;
  readonly parentId: string | null;
}

/** Groups with the way to each, in the order of a tree that is opened. */
export function pathsOf<T extends Node>(groups: readonly T[]): (T & { path: string })[] {
  const byId = new Map(groups.map((group) => [group.id, group]));
  const pathOf = (group: T): string[] => {
    const names: string[] = [];
    // As many steps as there are groups: a circle, which no store has, ends all the same.
    for (let at: T | undefined = group; at && names.length < groups.length; at = at.parentId === null ? undefined : byId.get(at.parentId))
      names.unshift(at.name);
    return names;
  };
  return groups.map((group) => ({ ...group, path: pathOf(group).join(' / ') })).sort((a, b) => a.path.localeCompare(b.path));
}
