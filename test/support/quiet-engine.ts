import type { UpgradeEngine } from '../../core/ports';

/** An engine that starts nothing: the tests do what workflows would. `more`: what a test wants to hear of. */
export const quietEngine = (more: Partial<UpgradeEngine> = {}): UpgradeEngine => ({
  startBatch: async () => undefined,
  restartBatch: async () => undefined,
  wakeBatch: () => undefined,
  commandBatch: async () => ({ affected: 0 }),
  report: async () => undefined,
  tellEnded: async () => undefined,
  ...more,
});
