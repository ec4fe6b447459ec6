import { linkStepCause } from '../../../schema/model/task/failure-causes';
import type { LinkHandler } from './exchange';
import { progressMessage } from './messages';

/** `/ota/device/progress/{pk}/{dn}`: `step` is "0"…"100", or "-1"…"-4" for a failure (device-protocols §1.3). */
export const onProgress: LinkHandler = (exchange, session, body) => {
  const message = progressMessage(body);
  if ('unreadable' in message) return message;
  const { module, step, text } = message;
  if (step < 0) exchange.report(session, { kind: 'failed', module, cause: linkStepCause(step), text });
  else exchange.report(session, { kind: 'progress', module, percent: step });
  return null;
};
