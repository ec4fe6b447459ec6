import type { DeviceId } from '../schema/model/ids';

export interface LateWrites<Told> {
  /** Never waits, never throws. `next` makes what is to be written of what waits already. Beyond as many devices as may wait, it is dropped. */
  add(deviceId: DeviceId, next: (before: Told | undefined) => Told): void;
  drop(deviceIds: readonly DeviceId[]): void;
  /** Writes what waits; for the end of the process. */
  close(): Promise<void>;
}

interface How<Told> {
  everyMs: number;
  /** Devices of one write. The others wait for the next. */
  atOnce: number;
  /** Devices that may wait. */
  most: number;
  /** What it rejects with is lost: this is for what nothing depends on. */
  write(taken: readonly (readonly [DeviceId, Told])[]): Promise<unknown>;
}

/** What is told of devices, written together: however many tell how much, a process writes once in so many milliseconds. */
export function createLateWrites<Told>({ everyMs, atOnce, most, write }: How<Told>): LateWrites<Told> {
  /** In the order in which they began to wait. */
  const waiting = new Map<DeviceId, Told>();
  let timer: NodeJS.Timeout | null = null;

  async function writeSome(): Promise<void> {
    const taken = [...waiting].slice(0, atOnce);
    for (const [deviceId] of taken) waiting.delete(deviceId);
    if (taken.length > 0) await write(taken).catch(() => undefined);
  }

  function later(): void {
    timer ??= setTimeout(async () => {
      await writeSome();
      timer = null;
      if (waiting.size > 0) later();
    }, everyMs).unref();
  }

  return {
    add(deviceId, next) {
      const before = waiting.get(deviceId);
      if (before === undefined && waiting.size >= most) return;
      waiting.set(deviceId, next(before));
      later();
    },
    drop(deviceIds) {
      for (const id of deviceIds) waiting.delete(id);
    },
    async close() {
      if (timer) clearTimeout(timer);
      while (waiting.size > 0) await writeSome();
    },
  };
}
