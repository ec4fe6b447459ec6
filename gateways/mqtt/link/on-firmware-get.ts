import type { LinkHandler } from './exchange';
import { firmwareGetMessage } from './messages';
import { getReplyTopic } from './topics';
import { getReplyMessage } from './upgrade-message';

/** `/sys/{pk}/{dn}/thing/ota/firmware/get`: the device asks for its task and always gets an answer (device-protocols §1.3). */
export const onFirmwareGet: LinkHandler = (exchange, session, body) => {
  const message = firmwareGetMessage(body);
  if ('unreadable' in message) return message;
  exchange.ask(session, message.module, (notification) => ({
    topic: getReplyTopic(session),
    payload: getReplyMessage(notification, message.id),
  }));
  return null;
};
