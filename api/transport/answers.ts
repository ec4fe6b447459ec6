import type { GraphQLFormattedError } from 'graphql';
import { GraphQLError } from 'graphql';
import type { Limits } from '../../schema/model/limits';
import { API_LIMITS } from '../limits';
import { jsonBytes } from './answer-bytes';
import { createWeightedSemaphore } from './weighted-semaphore';

/** What of an operation's result is looked at here; both transports have their own type of it. */
export interface Result {
  data?: unknown;
  errors?: readonly GraphQLFormattedError[];
}

export interface Admitted<R> {
  /** What may be sent: the result, or an error in its place. */
  result: R | Result;
  status?: number;
  /** When it has left. */
  leave(): void;
}

/** R-SAFE-1: what answers take, in time and in memory, is bounded for all of them together. */
export interface Answers {
  /** Room to work at an operation of this cost; small ones find it always. Gives what leaves it. Throws BUSY. */
  work(cost: number, actorId: string, gone?: AbortSignal): Promise<() => void>;
  /** The result as it may be sent, with room for its bytes. */
  admit<R extends Result>(result: R, actorId: string): Promise<Admitted<R>>;
}

const nothing = (): void => undefined;

export function createAnswers({ answerBytes }: Pick<Limits, 'answerBytes'>): Answers {
  const {
    cost: mostCost,
    smallCost,
    smallBytes,
    waitingAnswers: waiting,
    waitingOfKey: waitingOfOwner,
    busyMs: timeoutMs,
    answersAtOnce,
  } = API_LIMITS;
  const working = createWeightedSemaphore({ capacity: 2 * mostCost, waiting, waitingOfOwner, timeoutMs });
  const sending = createWeightedSemaphore({ capacity: answersAtOnce * answerBytes, waiting, waitingOfOwner, timeoutMs });
  return {
    work: (cost, actorId, gone) => (cost <= smallCost ? Promise.resolve(nothing) : working.take(cost, actorId, gone)),
    async admit(result, actorId) {
      const bytes = jsonBytes(result, answerBytes);
      if (bytes > answerBytes) return { result: tooLarge(answerBytes), leave: nothing };
      if (bytes <= smallBytes) return { result, leave: nothing };
      try {
        return { result, leave: await sending.take(bytes, actorId) };
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error;
        return { result: instead(error.message, 'BUSY'), status: 503, leave: nothing };
      }
    },
  };
}

const instead = (message: string, code: string, limit?: string): Result => ({
  errors: [{ message, extensions: { code, ...(limit && { limit }) } }],
  data: null,
});

const tooLarge = (bytes: number): Result =>
  instead(
    `The answer is larger than ${bytes} bytes and was not sent. Ask for fewer items (\`first\`) or fewer fields; a mutation was carried out.`,
    'ANSWER_TOO_LARGE',
    `${bytes} bytes`,
  );
