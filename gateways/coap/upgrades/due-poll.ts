import { repeat } from '../../../core/repeat';
import type { Lwm2mUpgrades } from '../../../core/reports/lwm2m/contract';
import { inTime } from '../../in-time';
import type { UpgradeConversations } from './conversations';

interface DuePollDeps {
  gatewayId: string;
  upgrades: Pick<Lwm2mUpgrades, 'due'>;
  conversations: Pick<UpgradeConversations, 'begin' | 'isUnderWay' | 'room' | 'size'>;
  onFailure(error: unknown): void;
  everyMs?: number;
}

const EVERY_MS = 1_000;
/** So many conversations begin at once because their time has come; others a second later. */
const AT_ONCE = 500;

/** Begins with the devices of this gateway whose time has come. The function it returns ends that. */
export function startDuePoll({ gatewayId, upgrades, conversations, onFailure, everyMs = EVERY_MS }: DuePollDeps): () => Promise<void> {
  async function look(): Promise<void> {
    const most = Math.min(AT_ONCE, conversations.room);
    if (most === 0) return;
    // Those that are under way may be due all the time, and are not to stand before the others.
    const due = await inTime(upgrades.due(gatewayId, most + conversations.size));
    const others = due.filter((deviceId) => !conversations.isUnderWay(deviceId)).slice(0, most);
    for (const deviceId of others) conversations.begin(deviceId, 'DUE');
  }
  return repeat(look, () => everyMs, onFailure);
}
