import { readVersion } from '../../../schema/model/device/module-version';
import { DEFAULT_MODULE, type DeviceId } from '../../../schema/model/ids';
import { type Looked, type Reading, STATE, stateOf, valueRead } from '../../../schema/model/lwm2m/reading';
import { startsByAcceptance } from '../../../schema/model/protocol/dialect';
import { goesOnAlone } from '../../../schema/model/task/lwm2m';
import type { Task } from '../../../schema/model/task/task';
import { onVersion } from '../report';
import { askOf, nextTalk, talkOf } from './asks';
import { begin } from './begin';
import type { Answer, Ask, Lwm2mUpgrades } from './contract';
import { accept, offered, pushed } from './delivered';
import type { Lwm2mDeps, Lwm2mReads } from './deps';
import { keepVersion } from './ends';
import { lookedAfter, lookedBefore } from './looked';
import { noticed } from './noticed';
import { executed, resetDone } from './orders';
import { createReads } from './reads';
import { forgetResets, resetAnswered } from './reset-due';
import { see } from './seen';
import { unanswered } from './silence';

/** No device needs more; whatever one does, a conversation ends, and its task waits for the next look. */
const MOST_ASKED = 20;

export function createLwm2mUpgrades(given: Lwm2mDeps): Lwm2mUpgrades {
  const reads = createReads(given);
  const deps = { ...given, pushTerms: reads.pushTerms };
  return {
    begin: (deviceId, reason) => begin(deps, reads, deviceId, reason),
    answered: (deviceId, ask, answer) => answered(deps, reads, deviceId, ask, answer),
    async pushBegan(deviceId, ask) {
      const task = (await reads.concerning(deviceId)).find(({ _id }) => _id === ask.taskId);
      if (task === undefined) return false;
      const accepted = await accept(deps, task, ask);
      return accepted !== null && (await see(deps, accepted, ask, { step: 'DOWNLOAD', state: null, result: null })) !== null;
    },
    async noticed(deviceId, seen) {
      const task = (await reads.concerning(deviceId)).find((each) => each.active && startsByAcceptance(each));
      return task === undefined ? null : noticed(deps, task, seen);
    },
    due: (gatewayId, most) => deps.tasks.dueLooks(gatewayId, deps.clock(), most),
  };
}

async function answered(deps: Lwm2mDeps, reads: Lwm2mReads, deviceId: DeviceId, ask: Ask, raw: Answer): Promise<Ask | null> {
  const answer = raw.kind === 'looked' ? { ...raw, version: checkedVersion(raw.version) } : raw;
  const concerning = await reads.concerning(deviceId);
  if (ask.taskId === null || answer.kind === 'released') return versionSaid(deps, deviceId, concerning, answer);
  const task = concerning.find(({ _id }) => _id === ask.taskId);
  if (task === undefined) return versionSaid(deps, deviceId, [], answer);
  if (!task.active) {
    const next = await resetAnswered(deps, concerning, task, ask, answer);
    if (talkOf(ask).reason === 'REGISTERED') await versionSaid(deps, deviceId, concerning, answer);
    return next;
  }
  const { lwm2m } = task;
  if (!lwm2m || task.attempt !== ask.attempt || lwm2m.deliveries !== talkOf(ask).deliveries) return null;
  if (talkOf(ask).asked >= MOST_ASKED) return unanswered(deps, task, ask, 'SILENT');
  switch (answer.kind) {
    case 'looked':
      return looked(deps, concerning, task, ask, answer);
    case 'offered':
      return offered(deps, task, ask, answer);
    case 'pushed':
      return pushed(deps, task, ask, answer);
    case 'reset':
      return resetDone(deps, task, ask, answer);
    case 'executed':
      return executed(deps, task, lwm2m, ask, answer);
    case 'observed':
      return talkOf(ask).executes ? askOf(deps.settings, task, nextTalk(ask), { kind: 'execute' }) : null;
  }
}

async function looked(deps: Lwm2mDeps, concerning: readonly Task[], task: Task, ask: Ask, answer: Looked): Promise<Ask | null> {
  if (task.lwm2m && goesOnAlone(task)) return lookedAfter(deps, task, task.lwm2m, ask, answer);
  if (stateOf(valueRead(answer.firmware)?.state) === STATE.IDLE) await forgetResets(deps, concerning);
  return lookedBefore(deps, task, ask, answer);
}

/** What devices say is no version until it was looked at (R-PKG-3). */
function checkedVersion(reading: Reading<string> | null): Reading<string> | null {
  if (reading === null || !('value' in reading)) return reading;
  const read = readVersion(reading.value);
  return 'version' in read ? { value: read.version } : { missing: 'UNREADABLE' };
}

/** Nobody waits for it: it is kept, and may decide about a task that has not begun. */
async function versionSaid(deps: Lwm2mDeps, deviceId: DeviceId, concerning: readonly Task[], answer: Answer): Promise<null> {
  if (answer.kind !== 'looked' || answer.version === null || !('value' in answer.version)) return null;
  const { value: version } = answer.version;
  await keepVersion(deps, { deviceId, module: DEFAULT_MODULE }, version);
  const task = concerning.find(({ active, module }) => active && module === DEFAULT_MODULE);
  if (task && (task.notifiedAt === null || version === task.targetVersion)) await onVersion(deps, task, version, null);
  return null;
}
