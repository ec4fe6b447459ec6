import type { Answer } from '../../../core/reports/lwm2m/contract';
import { STATE as UPDATE_STATE } from '../../../schema/model/lwm2m/reading';
import { CONTENT_FORMAT } from '../lwm2m/formats/content-format';
import { textBody } from '../lwm2m/requests/operations';
import type { Outcome, RequestFailure } from '../lwm2m/requests/outcome';
import { type AskedDevice, unansweredOf } from './asked-device';
import { FIRMWARE, integerAt, STATE } from './look';
import { readOne } from './reading';
import { refusedOf } from './refused';

type ResetOutcome = Extract<Answer, { kind: 'reset' }>['outcome'];

const NUL = { contentFormat: CONTENT_FORMAT.opaque, payload: Buffer.alloc(1) };

/** Ways to have a device give up what it has begun, those of later versions first: not every device knows each (device-protocols §3.5 E). */
const WAYS: readonly ((device: AskedDevice) => Promise<Outcome<null>>)[] = [
  (device) => device.execute(`${FIRMWARE}/10`),
  (device) => device.write(`${FIRMWARE}/1`, textBody('')),
  (device) => device.write(`${FIRMWARE}/0`, NUL),
];

/** Tries one way after the other until the device is idle; what the state is after each decides, not the answer. */
export async function reset(device: AskedDevice): Promise<ResetOutcome> {
  let state: number | null = null;
  let refusal: RequestFailure | null = null;
  for (const way of WAYS) {
    const outcome = await way(device);
    const failed = unansweredOf(outcome);
    if (failed !== null) return { failed };
    const read = await readOne(device, STATE);
    if ('failed' in read) return read;
    state = 'value' in read ? integerAt(read.value, STATE) : null;
    if (state === UPDATE_STATE.IDLE) return { state };
    if (state === UPDATE_STATE.UPDATING) return 'TOO_LATE';
    if ('done' in outcome && state === null) return { state };
    if ('failed' in outcome) refusal = outcome;
  }
  return state === null && refusal !== null ? refusedOf(device, refusal) : { state };
}
