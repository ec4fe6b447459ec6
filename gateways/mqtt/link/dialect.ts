import type { GatewayCore } from '../../core';
import type { DeviceLanes } from '../../device-lanes';
import type { GatewayMetrics } from '../../metrics';
import type { SampledLog } from '../../sampled-log';
import type { Deliver } from '../broker/delivery';
import type { MqttQuotas } from '../broker/quotas';
import type { Session } from '../broker/session';
import type { MqttDialect } from '../dialect';
import { linkClaim } from './auth';
import { createBlockService } from './block-service';
import { createExchange, type LinkHandler } from './exchange';
import { readLenientJson } from './lenient-json';
import { onFileDownload } from './on-file-download';
import { onFirmwareGet } from './on-firmware-get';
import { onInform } from './on-inform';
import { onLegacyRequest } from './on-legacy-request';
import { onProgress } from './on-progress';
import { coversOwnTopic, upgradeTopic, upTopic } from './topics';
import { upgradeMessage } from './upgrade-message';

interface LinkDeps {
  tasks: GatewayCore['tasks'];
  downloads: GatewayCore['downloads'];
  lanes: DeviceLanes;
  deliver: Deliver;
  metrics: GatewayMetrics;
  quotas: Pick<MqttQuotas, 'openRequests'>;
  sampled: SampledLog;
}

/** The dialect of Alibaba Cloud IoT "Link" SDKs (device-protocols chapter 1): here its topics meet their handlers. */
export function createLinkDialect({ tasks, downloads, lanes, deliver, metrics, quotas, sampled }: LinkDeps): MqttDialect {
  const blocks = createBlockService({ downloads, deliver, metrics, quotas, sampled });
  const exchange = createExchange({ tasks, lanes, deliver, blocks, metrics, quotas, sampled });
  const nextId = createMessageIds();
  const legacyRequest = onLegacyRequest(nextId);

  function drop(session: Session, reason: keyof typeof DROPPED, topic: string): void {
    metrics.dropped[reason].inc();
    sampled.warn(`${reason} ${session.deviceId}`, { deviceId: session.deviceId, topic: topic.slice(0, 128) }, DROPPED[reason]);
  }

  function handle(handler: LinkHandler, session: Session, topic: string, payload: Buffer): void {
    const json = readLenientJson(payload);
    if (!json.ok || !handler(exchange, session, json.value)) drop(session, 'malformed', topic);
  }

  return {
    name: 'LINK',
    claim: linkClaim,
    covers: coversOwnTopic,
    upgradeMessage: (device, notification) => ({ topic: upgradeTopic(device), payload: upgradeMessage(notification, nextId()) }),

    receive(session, topic, payload) {
      switch (upTopic(topic, session)) {
        case 'progress':
          handle(onProgress, session, topic, payload);
          break;
        case 'inform':
          handle(onInform, session, topic, payload);
          break;
        case 'firmware-get':
          handle(onFirmwareGet, session, topic, payload);
          break;
        case 'file-download':
          handle(onFileDownload, session, topic, payload);
          break;
        case 'legacy-request':
          /** Its body means nothing, so it may be anything. */
          legacyRequest(exchange, session, null);
          break;
        case 'config':
          break;
        case 'foreign':
          drop(session, 'foreign_topic', topic);
          break;
        case 'unknown':
          metrics.dropped.unknown_topic.inc();
          break;
      }
    },
  };
}

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
