import type { Collections } from '../../../schema/mongo/connect';
import type { Clock } from '../../clock';
import { UserError } from '../../errors';

const WINDOW_MINUTES = 10;
/** Wrong codes of one owner in a window. */
export const TRIES_OF_OWNER = 10;
/** Of all owners together. */
export const TRIES_IN_ALL = 10_000;

export interface PairingTriesCount {
  /** Counted before the code is looked at, in all processes: of a thousand tries at once no more than the bound pass. Throws PAIRING_TRIES. */
  begin(actorId: string): Promise<{
    /** The code was right, and is not counted. Nothing else is taken back: who redeems codes of their own gains no tries. */
    wasRight(): Promise<void>;
  }>;
}

export function createPairingTries(tries: Collections['pairingTries'], clock: Clock): PairingTriesCount {
  const windowMs = WINDOW_MINUTES * 60_000;

  async function add(_id: string, expiresAt: Date): Promise<number> {
    const counted = await tries.findOneAndUpdate(
      { _id },
      { $inc: { count: 1 }, $setOnInsert: { expiresAt } },
      { upsert: true, returnDocument: 'after' },
    );
    return counted?.count ?? 0;
  }

  return {
    async begin(actorId) {
      const window = Math.floor(clock().getTime() / windowMs);
      const expiresAt = new Date((window + 2) * windowMs);
      const ids = [`${window}:${actorId}`, `${window}:all`] as const;
      if ((await add(ids[0], expiresAt)) > TRIES_OF_OWNER) throw tooMany('by this owner', TRIES_OF_OWNER);
      if ((await add(ids[1], expiresAt)) > TRIES_IN_ALL) throw tooMany('in all', TRIES_IN_ALL);
      return {
        async wasRight() {
          await tries.updateMany({ _id: { $in: [...ids] } }, { $inc: { count: -1 } });
        },
      };
    },
  };
}

const tooMany = (whose: string, most: number): UserError =>
  new UserError('PAIRING_TRIES', {
    field: 'code',
    message: `Too many wrong pairing codes have come ${whose}: no more are looked at now, right ones included.`,
    hint: `Try again in ${WINDOW_MINUTES} minutes, with a new code of the device.`,
    limit: `${most} in ${WINDOW_MINUTES} minutes`,
  });
