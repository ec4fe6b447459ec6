/** A running part of the platform. */
export interface Part {
  stop(): Promise<unknown>;
}

/** Parts in the order of their start; they are stopped in the reverse order, each whatever became of the one before. */
export class Parts {
  private readonly started: Part[] = [];

  constructor(private readonly onError: (error: unknown) => void) {}

  add<T extends Part>(part: T): T {
    this.started.push(part);
    return part;
  }

  async stop(): Promise<void> {
    for (const part of this.started.splice(0).reverse()) await part.stop().catch(this.onError);
  }

  /** What `start` makes; when it fails, what it had started is stopped again. */
  async orStop<T>(start: () => Promise<T>): Promise<T> {
    try {
      return await start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }
}
