import type { AccountOf } from '../../../core/accounts';
import type { SampledLog } from '../../../core/sampled-log';
import type { GatewayCore } from '../../core';
import type { DeviceQueues } from '../../device-queues';
import { readLenientJson } from '../../lenient-json';
import type { GatewayMetrics } from '../../metrics';
import { whenChild } from '../children';
import type { MqttDialect, Peer } from '../dialect';
import { createDrop } from '../drop';
import type { MqttQuotas } from '../quotas';
import { ignoredReportOf, MALFORMED, TOO_LONG } from '../unreadable';
import { linkClaim, linkSpeaker } from './auth';
import { createBlockService } from './block-service';
import { createExchange, type LinkHandler } from './exchange';
import { onFileDownload } from './on-file-download';
import { onFirmwareGet } from './on-firmware-get';
import { onInform } from './on-inform';
import { onLegacyRequest } from './on-legacy-request';
import { onProgress } from './on-progress';
import { linkPskClaim } from './psk';
import {
  downloadReplyTopic,
  getReplyTopic,
  LINK_UP_FILTERS,
  namedByLinkFilter,
  namedByLinkTopic,
  ownLinkTopics,
  unservedLinkTopics,
  upgradeTopic,
  upTopic,
} from './topics';
import { upgradeMessage } from './upgrade-message';

interface LinkDeps {
  tasks: GatewayCore['tasks'];
  downloads: GatewayCore['downloads'];
  queues: DeviceQueues;
  metrics: GatewayMetrics;
  quotas: Pick<MqttQuotas, 'openRequests'>;
  sampled: SampledLog;
  accountOf: AccountOf;
}

/** The dialect of Alibaba Cloud IoT "Link" SDKs (device-protocols chapter 1): here its topics meet their handlers. */
export function createLinkDialect({ tasks, downloads, queues, metrics, quotas, sampled, accountOf }: LinkDeps): MqttDialect {
  const blocks = createBlockService({ downloads, metrics, quotas, sampled, accountOf });
  const exchange = createExchange({ tasks, queues, blocks, metrics, quotas, sampled, accountOf });
  const drop = createDrop({ metrics, sampled }, DROPPED);
  const nextId = createMessageIds();
  const legacyRequest = onLegacyRequest(nextId);

  /** What cannot be read is told on the device where it is a report or a question for its upgrade. */
  function handle(handler: LinkHandler, peer: Peer, topic: string, payload: Buffer): void {
    const json = readLenientJson(payload);
    const unreadable = json.ok ? handler(exchange, peer, json.value) : MALFORMED;
    if (!unreadable) return;
    drop(peer, 'malformed', topic);
    if (handler !== onFileDownload) tasks.ignored(peer.deviceId, ignoredReportOf(unreadable, payload), peer.proof);
  }

  /** What is published on another device's topic is that one's message, if it is a child of this device (device-protocols §1.2). */
  function onForeign(peer: Peer, topic: string, payload: Buffer): void {
    whenChild(peer, namedByLinkTopic(topic)?.device?.deviceId, (child) => {
      if (child === null) drop(peer, 'foreign_topic', topic);
      else receive(child, topic, payload);
    });
  }

  function receive(peer: Peer, topic: string, payload: Buffer): void {
    switch (upTopic(topic, peer)) {
      case 'progress':
        handle(onProgress, peer, topic, payload);
        break;
      case 'inform':
        handle(onInform, peer, topic, payload);
        break;
      case 'firmware-get':
        handle(onFirmwareGet, peer, topic, payload);
        break;
      case 'file-download':
        handle(onFileDownload, peer, topic, payload);
        break;
      case 'legacy-request':
        /** Its body means nothing, so it may be anything. */
        legacyRequest(exchange, peer, null);
        break;
      case 'config':
        break;
      case 'foreign':
        onForeign(peer, topic, payload);
        break;
      case 'unknown':
        metrics.dropped.unknown_topic.inc();
        break;
    }
  }

  function receiveTooLong(peer: Peer, topic: string, head: Buffer): void {
    const kind = upTopic(topic, peer);
    if (REPORTS.has(kind)) tasks.ignored(peer.deviceId, ignoredReportOf(TOO_LONG, head), peer.proof);
    if (kind !== 'foreign') return;
    whenChild(peer, namedByLinkTopic(topic)?.device?.deviceId, (child) => {
      if (child !== null) receiveTooLong(child, topic, head);
    });
  }

  return {
    name: 'LINK',
    claim: linkClaim,
    psk: linkPskClaim,
    speaker: linkSpeaker,
    upFilters: LINK_UP_FILTERS,
    namedBy: namedByLinkTopic,
    own: ownLinkTopics,
    unserved: unservedLinkTopics,
    names: (device) => [device],
    userName: ({ productKey, deviceName }) => `${deviceName}&${productKey}`,
    childNamedBy: (filter) => namedByLinkFilter(filter)?.device?.deviceId,
    downTopics: (device) => [upgradeTopic(device), getReplyTopic(device), downloadReplyTopic(device)],
    upgradeMessage: (device, notification) => ({ topic: upgradeTopic(device), payload: upgradeMessage(notification, nextId()) }),

    receive,
    receiveTooLong,
  };
}

/** What is told on the device when it cannot be read. */
const REPORTS: ReadonlySet<string> = new Set(['inform', 'progress', 'firmware-get']);

const DROPPED = {
  malformed: 'A device sent a message that cannot be read; it was dropped',
  foreign_topic: 'A device published to the topic of another device; the message was dropped',
} as const;

/** Milliseconds, pushed forward where two would be equal: unique for every device, and a number that fits. */
function createMessageIds(): () => number {
  let last = 0;
  return () => {
    last = Math.max(last + 1, Date.now());
    return last;
  };
}
