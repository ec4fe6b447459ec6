import type { IotdaHandler } from './exchange';
import { versionReport } from './messages';

/** `version_report`: the versions of firmware and software, as the answer to `version_query` or unasked (device-protocols §2.3). */
export const onVersionReport: IotdaHandler = (exchange, session, paras) => {
  const { versions, unreadable } = versionReport(paras);
  for (const { module, version } of versions) exchange.report(session, { kind: 'version', module, version });
  return unreadable;
};
