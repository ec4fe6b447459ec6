/** A registration's lifetime, as its device keeps it: real clients update well before it ends. */
export class Lifetime {
  private timer: NodeJS.Timeout | null = null;

  constructor(
    /** Null: not told, which means 86,400. */
    public told: number | null,
    private readonly onDue: () => void,
  ) {}

  get seconds(): number {
    return this.told ?? 86_400;
  }

  /** It has begun anew. */
  begin(): void {
    this.end();
    this.timer = setTimeout(() => {
      this.begin();
      this.onDue();
    }, this.seconds * 500);
    this.timer.unref();
  }

  end(): void {
    if (this.timer) clearTimeout(this.timer);
  }
}
