import type { ErrorCode } from '../../schema/model/error-codes';
import { UserError } from '../errors';

/** For a deletion that goes on after a crash, with what it was given for `since`: what is not there any more is what it wanted. */
export const unlessGone =
  (since: Date | null, unknown: ErrorCode) =>
  (error: unknown): void => {
    if (since === null || !(error instanceof UserError) || error.code !== unknown) throw error;
  };
