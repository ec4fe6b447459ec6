import { DEFAULT_MODULE } from '../../../schema/model/ids';
import type { LinkHandler } from './exchange';
import { upgradeTopic } from './topics';
import { upgradeMessage } from './upgrade-message';

/** `/ota/device/request/{pk}/{dn}` of 3.x SDKs: firmware/get of the default module, answered on `upgrade`, which has no form for "nothing to do". */
export const onLegacyRequest =
  (nextId: () => number): LinkHandler =>
  (exchange, session) => {
    exchange.ask(session, DEFAULT_MODULE, (notification) =>
      notification === null ? null : { topic: upgradeTopic(session), payload: upgradeMessage(notification, nextId()) },
    );
    return null;
  };
