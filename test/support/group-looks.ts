import type { Clock } from '../../core/clock';
import type { CoreParts } from '../../core/core-parts';

/**
 * Until nothing is due for a dynamic group. The process that has changed its rule looks at it by a timer of its own as well, and may be in
 * the middle of that on a busy machine: who asks once finds nothing to do then, and members that are not all there.
 */
export async function lookedAt({ core, checkGroups }: Pick<CoreParts, 'core' | 'checkGroups'>, id: string, clock: Clock): Promise<void> {
  const isDue = async () => ((await core.groups.get(id))?.dynamic?.checkAt ?? clock()) <= clock();
  while (await isDue()) await checkGroups();
}
