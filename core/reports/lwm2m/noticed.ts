import { mayFailByOldResult } from '../../../schema/model/lwm2m/judge-after';
import { resultOf, STATE, stateOf } from '../../../schema/model/lwm2m/reading';
import { RESULT } from '../../../schema/model/lwm2m/results';
import { goesOnAlone } from '../../../schema/model/task/lwm2m';
import type { Task } from '../../../schema/model/task/task';
import { askOf, newTalk } from './asks';
import type { Ask, FirmwareSeen } from './contract';
import type { Lwm2mDeps } from './deps';
import { see } from './seen';

/**
 * What a device tells by itself. That it downloads or installs is taken as it is, unless it may be from an attempt that has failed; before
 * anything is decided by the rest it is looked at, since notifications overtake each other and get lost (device-protocols §3.4).
 */
export async function noticed(deps: Lwm2mDeps, task: Task, seen: Partial<Pick<FirmwareSeen, 'state' | 'result'>>): Promise<Ask | null> {
  const { lwm2m } = task;
  if (!lwm2m || !goesOnAlone(task)) return null;
  const state = stateOf(seen.state);
  const result = resultOf(seen.result);
  const talk = newTalk('HEARD', lwm2m.deliveries);
  if ((state ?? lwm2m.state) === lwm2m.state && (result ?? lwm2m.result) === lwm2m.result && lwm2m.step !== 'EXECUTE') return null;
  const saysNoResult = result === null || result === RESULT.NONE;
  const isBelieved = saysNoResult && !mayFailByOldResult(lwm2m);
  if (isBelieved && state === STATE.DOWNLOADING && (lwm2m.step === 'START' || lwm2m.step === 'DOWNLOAD')) {
    await see(deps, task, { attempt: task.attempt, talk }, { step: 'DOWNLOAD', state, result });
    return null;
  }
  if (isBelieved && state === STATE.UPDATING) {
    await see(deps, task, { attempt: task.attempt, talk }, { step: 'RESULT', state, result, executed: true });
    return null;
  }
  if (state === null && saysNoResult) return null;
  return askOf(deps.settings, task, talk, { kind: 'look', version: true, firmware: true, signal: false });
}
