import type { Refused, Unanswered } from '../../../core/reports/lwm2m/contract';
import { STATE as UPDATE_STATE } from '../../../schema/model/lwm2m/reading';
import type { RequestFailure } from '../lwm2m/requests/outcome';
import { type AskedDevice, isNotNow, refusalText, unansweredOf } from './asked-device';
import { integerAt, RESULT, STATE } from './look';
import { readOne } from './reading';

/** `/5/0/3` of a device that downloads an address; and of one that has the whole package. */
export const WITH_ADDRESS: readonly number[] = [UPDATE_STATE.DOWNLOADING, UPDATE_STATE.DOWNLOADED, UPDATE_STATE.UPDATING];
export const WITH_PACKAGE: readonly number[] = [UPDATE_STATE.DOWNLOADED, UPDATE_STATE.UPDATING];

/**
 * Whether a device has taken what it refuses: its first answer was lost, as its port has changed just then, and the same again is 4.00 or
 * 4.05 in any state but Idle, which it was in before.
 */
export async function hasTaken(device: AskedDevice, failure: RequestFailure, states: readonly number[]): Promise<boolean> {
  if (failure.failed !== 'refused') return false;
  const state = await readOne(device, STATE);
  return 'value' in state && states.includes(integerAt(state.value, STATE) ?? UPDATE_STATE.IDLE);
}

/** What a device has refused, with the result that it gives for that; or that it has not answered. */
export async function refusedOf(device: AskedDevice, failure: RequestFailure): Promise<Refused | { failed: Unanswered }> {
  const failed = unansweredOf(failure);
  if (failed !== null) return { failed };
  const { code, text } = refusalText(failure);
  if (isNotNow(code)) return { failed: 'BUSY' };
  const result = await readOne(device, RESULT);
  return { refused: code, text, result: 'value' in result ? integerAt(result.value, RESULT) : null };
}
