import type { GatewayCore } from '../../core';
import type { DeviceLanes } from '../../device-lanes';
import type { GatewayMetrics } from '../../metrics';
import type { SampledLog } from '../../sampled-log';
import type { Deliver } from '../broker/delivery';
import type { Session } from '../broker/session';
import type { DownMessage, Identity, MqttDialect } from '../dialect';
import { readLenientJson } from '../link/lenient-json';
import { iotdaClaim } from './auth';
import { downEvent, readEnvelope } from './envelope';
import { upgradeEvent, VERSION_QUERY } from './events';
import { createIotdaExchange, type IotdaHandler } from './exchange';
import { onUpgradeProgressReport } from './on-upgrade-progress-report';
import { onVersionReport } from './on-version-report';
import { coversIotdaTopic, eventsDownTopic, iotdaUpTopic } from './topics';

interface IotdaDeps {
  tasks: GatewayCore['tasks'];
  lanes: DeviceLanes;
  deliver: Deliver;
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
  const { tasks, lanes, deliver, metrics, sampled, hourTolerance, clock = () => new Date() } = deps;
  const down = (device: Identity, { type, paras }: { type: string; paras: object }): DownMessage => ({
    topic: eventsDownTopic(device),
    payload: downEvent(device, type, paras, clock()),
  });
  const upgradeMessage: MqttDialect['upgradeMessage'] = (device, notification) => down(device, upgradeEvent(notification));
  const exchange = createIotdaExchange({ tasks, lanes, deliver, word: upgradeMessage, metrics, sampled });

  function drop(session: Session, reason: keyof typeof DROPPED, topic: string): void {
    metrics.dropped[reason].inc();
    sampled.warn(`${reason} ${session.deviceId}`, { deviceId: session.deviceId, topic: topic.slice(0, 128) }, DROPPED[reason]);
  }

  function onEvents(session: Session, topic: string, payload: Buffer): void {
    const json = readLenientJson(payload);
    const reading = json.ok ? readEnvelope(json.value, session) : ({ kind: 'malformed' } as const);
    if (reading.kind !== 'events') {
      drop(session, reading.kind === 'foreign' ? 'foreign_topic' : 'malformed', topic);
      return;
    }
    for (const { type, paras } of reading.events) {
      const handler = HANDLERS.get(type);
      if (handler === undefined) metrics.dropped.unknown_event.inc();
      else if (!handler(exchange, session, paras)) drop(session, 'malformed', topic);
    }
  }

  return {
    name: 'IOTDA',
    subscriptions: 100,
    claim: (packet) => iotdaClaim(packet, clock(), hourTolerance),
    covers: coversIotdaTopic,
    upgradeMessage,
    queryMessage: (device) => down(device, VERSION_QUERY),

    receive(session, topic, payload) {
      switch (iotdaUpTopic(topic, session)) {
        case 'events':
          onEvents(session, topic, payload);
          break;
        /** Properties, messages, shadows: what a device also says. */
        case 'system':
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
  foreign_topic: 'A device published about another device; the message was dropped',
} as const;
