import type { Refused, Unanswered } from '../../../core/reports/lwm2m/contract';
import type { RequestFailure } from '../lwm2m/requests/outcome';
import { type AskedDevice, refusalText, unansweredOf } from './asked-device';
import { integerAt, RESULT } from './look';
import { readOne } from './reading';

/** What a device has refused, with the result that it gives for that; or that it has not answered. */
export async function refusedOf(device: AskedDevice, failure: RequestFailure): Promise<Refused | { failed: Unanswered }> {
  const failed = unansweredOf(failure);
  if (failed !== null) return { failed };
  const { code, text } = refusalText(failure);
  const result = await readOne(device, RESULT);
  return { refused: code, text, result: 'value' in result ? integerAt(result.value, RESULT) : null };
}
