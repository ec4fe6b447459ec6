import { type DeviceAnswer, VERSION_QUERY } from '../../../core/reports/contract';
import type { SampledLog } from '../../../core/sampled-log';
import type { GatewayCore } from '../../core';
import type { DeviceQueues } from '../../device-queues';
import { readLenientJson } from '../../lenient-json';
import type { GatewayMetrics } from '../../metrics';
import { whenChild } from '../children';
import type { DownMessage, Identity, MqttDialect, Peer } from '../dialect';
import { createDrop } from '../drop';
import { ignoredReportOf, MALFORMED, TOO_LONG } from '../unreadable';
import { iotdaClaim, iotdaSpeaker } from './auth';
import { downEvent, type OtaEvent, readEnvelope } from './envelope';
import { upgradeEvent, VERSION_QUERY_EVENT } from './events';
import { createIotdaExchange, type IotdaHandler } from './exchange';
import { onUpgradeProgressReport } from './on-upgrade-progress-report';
import { onVersionReport } from './on-version-report';
import {
  eventsDownTopic,
  IOTDA_UP_FILTERS,
  iotdaId,
  iotdaUpTopic,
  namedByIotdaTopic,
  ownIotdaTopics,
  UNSERVED_IOTDA_TOPICS,
} from './topics';

interface IotdaDeps {
  tasks: GatewayCore['tasks'];
  queues: DeviceQueues;
  metrics: GatewayMetrics;
  sampled: SampledLog;
  /** How many hours the hour in a client id may be off, where the device asks for that check. */
  hourTolerance: number;
  clock?: () => Date;
}

const HANDLERS = new Map<string, IotdaHandler>([
  ['version_report', onVersionReport],
  ['upgrade_progress_report', onUpgradeProgressReport],
]);

/** The dialect of Huawei IoTDA's SDKs (device-protocols chapter 2): here its events meet their handlers. */
export function createIotdaDialect(deps: IotdaDeps): MqttDialect {
  const { tasks, queues, metrics, sampled, hourTolerance, clock = () => new Date() } = deps;
  const down = (device: Identity, { type, paras }: { type: string; paras: object }): DownMessage => ({
    topic: eventsDownTopic(device),
    payload: downEvent(device, type, paras, clock()),
  });
  const upgradeMessage: MqttDialect['upgradeMessage'] = (device, notification) => down(device, upgradeEvent(notification));
  const queryMessage = (device: Identity) => down(device, VERSION_QUERY_EVENT);
  const toMessage = (peer: Peer, answer: DeviceAnswer) => (answer === VERSION_QUERY ? queryMessage(peer) : upgradeMessage(peer, answer));
  const exchange = createIotdaExchange({ tasks, queues, toMessage, metrics, sampled });
  const drop = createDrop({ metrics, sampled }, DROPPED);

  function onEvents(peer: Peer, topic: string, payload: Buffer): void {
    const json = readLenientJson(payload);
    const reading = json.ok ? readEnvelope(json.value, peer) : ({ kind: 'malformed' } as const);
    if (reading.kind !== 'events') {
      drop(peer, reading.kind === 'foreign' ? 'foreign_topic' : 'malformed', topic);
      if (reading.kind !== 'foreign') tasks.ignored(peer.deviceId, ignoredReportOf(MALFORMED, payload), peer.proof);
      return;
    }
    const { events, about } = reading;
    if (about === undefined) {
      handle(peer, events, topic, payload);
      return;
    }
    whenChild(peer, about, (child) => {
      if (child === null) drop(peer, 'foreign_topic', topic);
      else handle(child, events, topic, payload);
    });
  }

  function handle(peer: Peer, events: readonly OtaEvent[], topic: string, payload: Buffer): void {
    for (const { type, paras } of events) {
      const handler = HANDLERS.get(type);
      if (handler === undefined) metrics.dropped.unknown_event.inc();
      const unreadable = handler?.(exchange, peer, paras);
      if (!unreadable) continue;
      drop(peer, 'malformed', topic);
      tasks.ignored(peer.deviceId, ignoredReportOf(unreadable, payload), peer.proof);
    }
  }

  return {
    name: 'IOTDA',
    subscriptions: 100,
    claim: (packet) => iotdaClaim(packet, clock(), hourTolerance),
    speaker: iotdaSpeaker,
    upFilters: IOTDA_UP_FILTERS,
    namedBy: namedByIotdaTopic,
    own: ownIotdaTopics,
    unserved: () => UNSERVED_IOTDA_TOPICS,
    downTopics: (device) => [eventsDownTopic(device)],
    names: (device) => [device, { ...device, alias: device.deviceName }],
    userName: iotdaId,
    upgradeMessage,
    queryMessage,

    /** On whom it came: whom it is about stands in it. */
    receiveTooLong(peer, topic, head) {
      if (iotdaUpTopic(topic, peer) === 'events') tasks.ignored(peer.deviceId, ignoredReportOf(TOO_LONG, head), peer.proof);
    },

    receive(peer, topic, payload) {
      switch (iotdaUpTopic(topic, peer)) {
        case 'events':
          onEvents(peer, topic, payload);
          break;
        /** Properties, messages, shadows: what a device also says. */
        case 'system':
          break;
        case 'foreign':
          drop(peer, 'foreign_topic', topic);
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
  foreign_topic: 'A device published about another device; the message was dropped',
} as const;
