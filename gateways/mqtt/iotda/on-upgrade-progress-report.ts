import type { IotdaHandler } from './exchange';
import { progressReport, unreadableResult } from './messages';

/** `upgrade_progress_report`: how the upgrade under way stands (device-protocols §2.3); what it means is read in core (§2.4). */
export const onUpgradeProgressReport: IotdaHandler = (exchange, session, paras) => {
  const result = progressReport(paras);
  if (result === null) return unreadableResult(paras);
  exchange.report(session, { kind: 'result', ...result });
  return null;
};
