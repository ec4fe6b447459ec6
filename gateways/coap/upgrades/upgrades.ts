import type { FirmwareSeen, Lwm2mUpgrades } from '../../../core/reports/lwm2m/contract';
import type { SampledLog } from '../../../core/sampled-log';
import type { DeviceId } from '../../../schema/model/ids';
import { inTime } from '../../in-time';
import type { Resources } from '../lwm2m/formats/decoded';
import { createUpgradeConversations } from './conversations';
import { startDuePoll } from './due-poll';
import { integerAt, RESULT, STATE } from './look';
import type { UpgradeMetrics } from './metrics';
import { createPerform, type PerformDeps } from './perform';

export interface UpgradesDeps extends Omit<PerformDeps, 'upgrades'> {
  gatewayId: string;
  upgrades: Lwm2mUpgrades;
  quotas: { conversations: number; conversationsWaiting: number };
  metrics: UpgradeMetrics;
  sampled: SampledLog;
}

/** What the messages of devices, batches and the clock give reason to ask devices for their upgrades (R-FLOW-3). */
export interface Upgrades {
  /** A Register has its answer, within a moment. */
  registered(deviceId: DeviceId): void;
  /** The same of any other message, blocks of downloads aside. */
  heard(deviceId: DeviceId): void;
  /** Its batch wants it to be asked. False: there is no room. */
  pushed(deviceId: DeviceId): boolean;
  /** How many more devices could be asked at once. */
  readonly room: number;
  /** A device has told of its resources, by a notification or by Send. Rejects when core can't take it: it may be told again. */
  told(deviceId: DeviceId, resources: Pick<Resources, 'resources'>): Promise<void>;
  start(): void;
  stop(): Promise<void>;
}

export function createUpgrades(deps: UpgradesDeps): Upgrades {
  const { gatewayId, upgrades, quotas, metrics, sampled } = deps;
  const limits = { conversations: quotas.conversations, waiting: quotas.conversationsWaiting };
  const conversations = createUpgradeConversations({ upgrades, perform: createPerform(deps), limits, metrics, sampled });
  metrics.watch(() => conversations.size);
  const onFailure = (error: unknown): void =>
    sampled.warn('due upgrades', { err: error }, 'Devices whose upgrades are due could not be looked for; they are later');
  let stopPoll: () => Promise<void> = async () => undefined;

  return {
    // Behind the answer to the message.
    registered: (deviceId) => void setImmediate(() => conversations.begin(deviceId, 'REGISTERED')),
    heard: (deviceId) => void setImmediate(() => conversations.begin(deviceId, 'HEARD')),
    pushed: (deviceId) => conversations.begin(deviceId, 'PUSHED'),
    get room() {
      return conversations.room;
    },
    async told(deviceId, resources) {
      const seen = seenOf(resources);
      if (seen === null) setImmediate(() => conversations.begin(deviceId, 'HEARD'));
      else await inTime(conversations.told(deviceId, seen));
    },
    start() {
      stopPoll = startDuePoll({ gatewayId, upgrades, conversations, onFailure });
    },
    async stop() {
      await Promise.all([stopPoll(), conversations.stop()]);
    },
  };
}

/** Null: nothing of what is observed. */
function seenOf(resources: Pick<Resources, 'resources'>): Partial<Pick<FirmwareSeen, 'state' | 'result'>> | null {
  const state = integerAt(resources, STATE);
  const result = integerAt(resources, RESULT);
  if (state === null && result === null) return null;
  return { ...(state !== null && { state }), ...(result !== null && { result }) };
}
