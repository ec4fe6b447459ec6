import { type AfterVerdict, causeOfLoss, judgeAfter, MOST_DELIVERIES } from '../../../schema/model/lwm2m/judge-after';
import { judgeBefore } from '../../../schema/model/lwm2m/judge-before';
import { type FirmwareSeen, type Looked, resultOf, stateOf, valueRead } from '../../../schema/model/lwm2m/reading';
import type { Lwm2mUpgrade } from '../../../schema/model/lwm2m/upgrade';
import type { Task } from '../../../schema/model/task/task';
import { endIneligible, isEligible } from '../eligible';
import { failUnexpected } from '../report';
import { askOf, nextTalk, talkOf } from './asks';
import type { Ask } from './contract';
import { deliver } from './deliver';
import type { Lwm2mDeps } from './deps';
import { fail, keepVersion, lookLater, succeed } from './ends';
import { see } from './seen';
import { unanswered } from './silence';

/** Of a device that has accepted nothing in this attempt. */
export async function lookedBefore(deps: Lwm2mDeps, task: Task, ask: Ask, looked: Looked): Promise<Ask | null> {
  const talk = talkOf(ask);
  const version = valueRead(looked.version);
  const verdict = judgeBefore(task.targetVersion, looked, talk.resets);
  if (verdict.kind === 'succeeded') return succeed(deps, task, ask);
  if (version !== null) {
    if (version !== task.sourceVersion) await keepVersion(deps, task, version);
    if (!(await isEligible(deps, task, version))) {
      await endIneligible(deps, task, version);
      return null;
    }
  }
  switch (verdict.kind) {
    case 'unanswered':
      return unanswered(deps, task, ask, verdict.why, verdict.step);
    case 'failed':
      return fail(deps, task, ask, verdict.cause, verdict.text);
    case 'reset':
      return askOf(deps.settings, task, nextTalk(ask, { resets: talk.resets + 1 }), { kind: 'reset' });
    case 'ready':
      return (task.lwm2m?.deliveries ?? 0) >= MOST_DELIVERIES
        ? fail(
            deps,
            task,
            ask,
            'WAITING_FOR_DEVICE_START_DOWNLOAD_PACKAGE_TIMEOUT',
            `It has not taken the package in ${MOST_DELIVERIES} tries.`,
          )
        : deliver(deps, task, ask, { firmware: verdict.firmware, signal: valueRead(looked.signal), version });
  }
}

/** Of one that has. */
export async function lookedAfter(deps: Lwm2mDeps, task: Task, lwm2m: Lwm2mUpgrade, ask: Ask, looked: Looked): Promise<Ask | null> {
  const talk = talkOf(ask);
  const registered = talk.reason === 'REGISTERED';
  const { targetVersion, sourceVersion } = task;
  const { minuteMs } = deps.settings;
  const verdict = judgeAfter({ targetVersion, sourceVersion, lwm2m, registered, minuteMs }, looked, deps.clock());
  const firmware = valueRead(looked.firmware);
  switch (verdict.kind) {
    case 'succeeded':
      return succeed(deps, task, ask);
    case 'unexpected':
      await keepVersion(deps, task, verdict.version);
      await failUnexpected(deps, task, verdict.version);
      await lookLater(deps, task);
      return null;
    case 'failed':
      return fail(deps, task, ask, verdict.cause, verdict.text);
    case 'unanswered':
      return unanswered(deps, task, ask, verdict.why);
    case 'goesOn':
    case 'execute':
      return goesOn(deps, task, ask, verdict, firmware);
    case 'interrupted':
      return talk.resets > 0
        ? fail(deps, task, ask, 'DEVICE_REJECTED_REQUEST', 'It keeps the part of a package that it has.')
        : askOf(deps.settings, task, nextTalk(ask, { resets: talk.resets + 1 }), { kind: 'reset' });
    case 'lost':
      if (lwm2m.deliveries >= MOST_DELIVERIES)
        return fail(deps, task, ask, causeOfLoss(lwm2m), `It lost the package ${lwm2m.deliveries} times.`);
      return firmware && deliver(deps, task, ask, { firmware, signal: null, version: null });
  }
}

async function goesOn(
  deps: Lwm2mDeps,
  task: Task,
  ask: Ask,
  verdict: Extract<AfterVerdict, { kind: 'goesOn' | 'execute' }>,
  firmware: FirmwareSeen | null,
): Promise<Ask | null> {
  const executes = verdict.kind === 'execute';
  const seen = await see(deps, task, ask, {
    step: verdict.step,
    state: stateOf(firmware?.state),
    result: resultOf(firmware?.result),
    ...(verdict.kind === 'goesOn' && verdict.executed && { executed: true }),
    ...(verdict.step === 'DEFERRED' && { deferSeconds: firmware?.deferSeconds ?? null }),
  });
  if (seen === null) return null;
  // Once in a conversation: before that, a new registration has ended the observations.
  if (talkOf(ask).reason === 'REGISTERED' && talkOf(ask).asked === 0)
    return askOf(deps.settings, seen, nextTalk(ask, { executes }), { kind: 'observe' });
  return executes ? askOf(deps.settings, seen, nextTalk(ask), { kind: 'execute' }) : null;
}
