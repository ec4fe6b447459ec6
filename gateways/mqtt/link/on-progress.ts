import type { FailureCause } from '../../../schema/model/failure-causes';
import type { LinkHandler } from './exchange';
import { progressMessage } from './messages';

/** device-protocols §1.8 */
const CAUSES: Partial<Record<number, FailureCause>> = {
  [-1]: 'FIRMWARE_UPDATE_FAILED',
  [-2]: 'DOWNLOAD_FAILED',
  [-3]: 'INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE',
  [-4]: 'PACKAGE_INSTALLATION_FAILURE',
};

export const failureCauseOf = (step: number): FailureCause => CAUSES[step] ?? 'UNKNOWN_DEVICE_ERROR';

/** `/ota/device/progress/{pk}/{dn}`: `step` is "0"…"100", or "-1"…"-4" for a failure (device-protocols §1.3). */
export const onProgress: LinkHandler = (exchange, session, body) => {
  const message = progressMessage(body);
  if ('unreadable' in message) return message;
  const { module, step, text } = message;
  if (step < 0) exchange.report(session, { kind: 'failed', module, cause: failureCauseOf(step), text });
  else exchange.report(session, { kind: 'progress', module, percent: step });
  return null;
};
