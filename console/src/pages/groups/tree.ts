interface Node {
  readonly id: string;
  readonly name: string;
  readonly parentId: string | null;
}

export interface Branch<T> {
  readonly group: T;
  readonly below: readonly Branch<T>[];
}

/** Groups below their parents, by name. One whose parent is not among them is shown as a root, so that none is lost. */
export function treeOf<T extends Node>(groups: readonly T[]): Branch<T>[] {
  const known = new Set(groups.map(({ id }) => id));
  const below = new Map<string | null, T[]>();
  for (const group of groups) {
    const parent = group.parentId !== null && known.has(group.parentId) ? group.parentId : null;
    below.set(parent, [...(below.get(parent) ?? []), group]);
  }
  const branchesOf = (parent: string | null): Branch<T>[] =>
    (below.get(parent) ?? []).sort((a, b) => a.name.localeCompare(b.name)).map((group) => ({ group, below: branchesOf(group.id) }));
  return branchesOf(null);
}

/** What fits, with the way to it. */
export function pruned<T>(branches: readonly Branch<T>[], fits: (group: T) => boolean): Branch<T>[] {
  return branches.flatMap((branch) => {
    const below = pruned(branch.below, fits);
    return fits(branch.group) || below.length > 0 ? [{ group: branch.group, below }] : [];
  });
}

/** A group and all below it: none of them can be its parent. */
export function withAllBelow(groups: readonly Node[], id: string): ReadonlySet<string> {
  const found = new Set([id]);
  for (let before = 0; before < found.size; ) {
    before = found.size;
    for (const group of groups) if (group.parentId !== null && found.has(group.parentId)) found.add(group.id);
  }
  return found;
}
