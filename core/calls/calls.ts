import { mongo } from 'mongoose';
import type { CallMutation } from '../../schema/model/mutations';
import { CALL_KEPT_MS, type StoredCall } from '../../schema/mongo/calls';
import type { Collections } from '../../schema/mongo/connect';
import type { Clock } from '../clock';
import { isDuplicateKey } from '../duplicate-key';
import { UserError, UserErrors } from '../errors';
import { type Caller, keyViolation } from '../idempotency';
import { refuseIfAny } from '../refuse';
import type { Sealing } from '../sealing';
import { callIdOf, contextOf, inputHashOf } from './call-id';

const { EJSON } = mongo.BSON;

/** A call as it came. `input` is all of it beside the key. */
export interface Call {
  mutation: CallMutation;
  idempotencyKey?: string | null;
  input: object;
}

/** Keeps what the answer is made of, in the transaction that has the effect. Nothing where the call has no key. */
export type Note<K> = (session: mongo.ClientSession, answer: K) => Promise<void>;

/** R-UI-1: what a call with a key has done, so that a repeat within 24 hours does nothing more and gets the same answer. */
export interface Calls {
  /**
   * For effects of one transaction: `make` calls the note in it, so that the two come to be together. `again` makes the answer of what was
   * kept; it throws where that is gone. Of two calls at once one waits for the other. Throws IDEMPOTENCY_MISMATCH, INVALID_FORMAT.
   */
  once<T, K extends object>(viewer: Caller, call: Call, steps: OnceSteps<T, K>): Promise<T>;
  /**
   * For effects of several steps, each of which may be repeated: after a crash `run` goes on, and is told when the call began. Two calls at
   * once run side by side, and give the answer of the first that is through. Throws as `once` does.
   */
  inSteps<T extends object>(viewer: Caller, call: Call, run: (since: Date | null) => Promise<T>, again?: Again<T>): Promise<T>;
}

export interface OnceSteps<T, K> {
  make(note: Note<K>): Promise<T>;
  again(answer: K): Promise<T>;
}
type Again<T> = (answer: T) => Promise<T>;

export interface CallDeps {
  collections: Pick<Collections, 'calls'>;
  sealing: Sealing;
  clock: Clock;
}

interface Own {
  _id: string;
  mutation: CallMutation;
  inputHash: string;
}

interface Known {
  begunAt: Date;
  /** Null while it is under way. */
  answer: object | null;
}

export function createCalls({ collections: { calls }, sealing, clock }: CallDeps): Calls {
  function ownOf({ actorId }: Caller, { mutation, idempotencyKey, input }: Call): Own | null {
    refuseIfAny([keyViolation(idempotencyKey, 'call')]);
    if (idempotencyKey == null) return null;
    return { _id: callIdOf(actorId, mutation, idempotencyKey), mutation, inputHash: inputHashOf(input) };
  }

  async function known({ _id, inputHash }: Own): Promise<Known | null> {
    const found = await calls.findOne({ _id, expiresAt: { $gt: clock() } });
    if (found === null) return null;
    const kept = EJSON.parse(sealing.open(found.sealed, contextOf(_id))) as { inputHash: string; answer: object | null };
    if (kept.inputHash !== inputHash) throw otherInput();
    return { begunAt: found.begunAt, answer: kept.answer };
  }

  const sealed = ({ _id, inputHash }: Own, answer: object | null): string =>
    sealing.seal(EJSON.stringify({ inputHash, answer }), contextOf(_id));

  async function insert(own: Own, state: StoredCall['state'], answer: object | null, session?: mongo.ClientSession): Promise<Date> {
    const begunAt = clock();
    const expiresAt = new Date(begunAt.getTime() + CALL_KEPT_MS);
    await calls.deleteOne({ _id: own._id, expiresAt: { $lte: begunAt } }, { session });
    const { _id, mutation } = own;
    await calls.insertOne({ _id, mutation, state, begunAt, sealed: sealed(own, answer), expiresAt }, { session });
    return begunAt;
  }

  /** Null: somebody else has begun at this very moment. */
  async function begin(own: Own): Promise<Date | null> {
    try {
      return await insert(own, 'BEGUN', null);
    } catch (error) {
      if (isDuplicateKey(error)) return null;
      throw error;
    }
  }

  return {
    async once<T, K extends object>(viewer: Caller, call: Call, { make, again }: OnceSteps<T, K>): Promise<T> {
      const own = ownOf(viewer, call);
      if (own === null) return make(async () => undefined);
      const earlier = await known(own);
      if (earlier?.answer) return again(earlier.answer as K);
      try {
        return await make(async (session, answer) => void (await insert(own, 'DONE', answer, session)));
      } catch (error) {
        // What stands in the way may be what the same call has made at this very moment; or it was made, and what came after it failed.
        const meanwhile = await known(own);
        if (meanwhile?.answer) return again(meanwhile.answer as K);
        throw error;
      }
    },

    async inSteps<T extends object>(viewer: Caller, call: Call, run: (since: Date | null) => Promise<T>, again: Again<T> = asItWas) {
      const own = ownOf(viewer, call);
      if (own === null) return run(null);
      const earlier = await known(own);
      if (earlier?.answer) return again(earlier.answer as T);
      const begunAt = earlier === null ? await begin(own) : null;
      const since = begunAt === null ? ((earlier ?? (await known(own)))?.begunAt ?? clock()) : null;
      try {
        const answer = await run(since);
        const done = { $set: { state: 'DONE' as const, sealed: sealed(own, answer) } };
        const { matchedCount } = await calls.updateOne({ _id: own._id, state: 'BEGUN' }, done);
        const first = matchedCount === 0 ? await known(own) : null;
        return first?.answer ? again(first.answer as T) : answer;
      } catch (error) {
        // A refusal leaves the key free, for an input that is mended.
        if (begunAt !== null && isRefusal(error)) await calls.deleteOne({ _id: own._id, state: 'BEGUN', begunAt });
        throw error;
      }
    },
  };
}

const asItWas = async <T>(answer: T): Promise<T> => answer;

const isRefusal = (error: unknown): boolean => error instanceof UserError || error instanceof UserErrors;

const otherInput = (): UserError =>
  new UserError('IDEMPOTENCY_MISMATCH', {
    field: 'idempotencyKey',
    message: 'This idempotency key was used within 24 hours with another input.',
    hint: 'Use a new key for a new call.',
  });

/** The call was carried out before, and what it made is not what it was. */
export const answerOutdated = (what: string, conflictingId?: string): UserError =>
  new UserError('ANSWER_OUTDATED', {
    field: 'idempotencyKey',
    message: `This call was carried out before, and ${what} since.`,
    hint: 'Nothing was done now. Query what there is, and use a new key for a new call.',
    conflictingId,
  });
