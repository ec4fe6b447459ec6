/** An upgrade that a device is at. */
export interface OngoingUpgrade<Offer> {
  /** The newest of its version: a repeated notification brings a fresh address. */
  offer: Offer;
  /** Aborted when the device loses power or is stopped. */
  readonly power: AbortController;
}

/** The upgrades that a device is at, by what they upgrade; they end with its power. */
export class OngoingUpgrades<Offer extends { version: string }> {
  private readonly ongoing = new Map<string, OngoingUpgrade<Offer>>();

  /** `perform` rejects when the upgrade cannot go on: `complain` is told, unless the power is gone. */
  constructor(
    private readonly perform: (upgrade: OngoingUpgrade<Offer>) => Promise<void>,
    private readonly complain: (message: string) => void,
  ) {}

  /** False when there is none. One of the same version takes over the fresh address; another version is not begun meanwhile. */
  refresh(key: string, offer: Offer): boolean {
    const upgrade = this.ongoing.get(key);
    if (upgrade?.offer.version === offer.version) upgrade.offer = offer;
    return upgrade !== undefined;
  }

  has(key: string): boolean {
    return this.ongoing.has(key);
  }

  begin(key: string, offer: Offer): void {
    const upgrade = { offer, power: new AbortController() };
    this.ongoing.set(key, upgrade);
    void this.run(upgrade).finally(() => {
      if (this.ongoing.get(key) === upgrade) this.ongoing.delete(key);
    });
  }

  /** It has ended well: what it still says, it says with its power on. */
  end(key: string): void {
    this.ongoing.delete(key);
  }

  forget(): void {
    for (const { power } of this.ongoing.values()) power.abort();
    this.ongoing.clear();
  }

  private async run(upgrade: OngoingUpgrade<Offer>): Promise<void> {
    try {
      await this.perform(upgrade);
    } catch (error) {
      if (!upgrade.power.signal.aborted) this.complain(`upgrade: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
