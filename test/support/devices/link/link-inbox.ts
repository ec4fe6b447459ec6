import type { DeviceCounts } from '../device-events';
import type { linkTopics } from './link-messages';
import { memberOrderProblem, readOffer, type UpgradeOffer } from './upgrade-offer';

interface InboxOwner {
  counts: DeviceCounts;
  topics: ReturnType<typeof linkTopics>;
  complain(message: string): void;
  /** A notification the SDK accepts, as it came. */
  onNotified(offer: UpgradeOffer, payload: string): void;
  /** A task, from either topic. */
  onOffer(offer: UpgradeOffer): void;
}

/** Reads what comes down to a Link device, and complains of what a device must never get. */
export class LinkInbox {
  private lastNotificationId: unknown;
  private onBlock: ((payload: Buffer) => void) | null = null;
  private onReply: ((offer: UpgradeOffer | null) => void) | null = null;

  constructor(private readonly owner: InboxOwner) {}

  receive(topic: string, payload: Buffer): void {
    const { topics, complain } = this.owner;
    if (topic === topics.downloadReply) {
      this.onBlock?.(payload);
      return;
    }
    const kind = topic === topics.upgrade ? 'upgrade' : topic === topics.getReply ? 'get_reply' : null;
    try {
      if (!kind) throw new Error(`a message on ${topic.slice(0, 200)}`);
      this.read(kind, payload.toString('utf8'));
    } catch (error) {
      complain(`${kind ?? 'strange topic'}: ${error instanceof Error ? error.message : 'unreadable'}`);
    }
  }

  /** The next reply's offer; null when it carries no task or doesn't come in time. */
  nextReply(timeoutMs: number): Promise<UpgradeOffer | null> {
    return new Promise((resolve) => {
      const end = setTimeout(() => resolve(null), timeoutMs);
      this.onReply = (offer) => {
        clearTimeout(end);
        resolve(offer);
      };
    });
  }

  /** Block replies go there from now on; a device loads one file at a time. Null: nowhere. */
  listenForBlocks(listener: ((payload: Buffer) => void) | null): void {
    this.onBlock = listener;
  }

  /** Nobody waits for a reply any longer. */
  forget(): void {
    this.onReply?.(null);
    this.onReply = null;
  }

  private read(kind: 'upgrade' | 'get_reply', payload: string): void {
    const { counts, complain, onNotified, onOffer } = this.owner;
    if (kind === 'upgrade') counts.notifications += 1;
    const read = readOffer(payload, kind);
    const disorder = memberOrderProblem(payload);
    if (disorder) complain(disorder);
    if (typeof read === 'object' && 'dropped' in read) {
      counts.dropped += 1;
      complain(`${kind} dropped: ${read.dropped}`);
    }
    const offer = typeof read === 'object' && 'offer' in read ? read.offer : null;
    if (kind === 'upgrade' && offer) {
      this.checkRepeat(offer.id);
      onNotified(offer, payload);
    }
    const asked = kind === 'get_reply' ? this.onReply : null;
    if (asked) this.onReply = null;
    if (offer) onOffer(offer);
    asked?.(offer);
  }

  /** Each push has an id of its own, so the same one again is a second delivery (device-protocols §0.2). */
  private checkRepeat(id: unknown): void {
    if (id === this.lastNotificationId) {
      this.owner.counts.duplicates += 1;
      this.owner.complain(`notification ${String(id).slice(0, 40)} came twice`);
    }
    this.lastNotificationId = id;
  }
}
