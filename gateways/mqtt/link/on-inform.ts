import type { LinkHandler } from './exchange';
import { informMessage } from './messages';

/** `/ota/device/inform/{pk}/{dn}`: the version of one module, at start-up and after an upgrade (device-protocols §1.3). */
export const onInform: LinkHandler = (exchange, session, body) => {
  const message = informMessage(body);
  if ('unreadable' in message) return message;
  exchange.report(session, { kind: 'version', module: message.module, version: message.version });
  return null;
};
