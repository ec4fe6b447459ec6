/** Queue mode: a device listens for a while after each message, and not otherwise (LwM2M Core 1.1 §6.5). Null: it always listens. */
export class Wakefulness {
  private until = 0;

  constructor(private readonly windowMs: number | null) {}

  get awake(): boolean {
    return this.windowMs === null || performance.now() < this.until;
  }

  /** A message was sent, or came while it listened. */
  touch(): void {
    this.until = performance.now() + (this.windowMs ?? 0);
  }

  sleep(): void {
    this.until = 0;
  }
}
