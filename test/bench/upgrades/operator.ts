import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../api-client';

export interface TaskOutcome {
  deviceName: string;
  status: string;
  /** Epoch milliseconds. */
  notifiedAt: number | null;
  endedAt: number | null;
}

/** Products, devices, packages and batches by the public API. */
export function createOperator(api: ApiClient) {
  return {
    /** `more`: as in CreateProductInput. */
    async createProduct(key: string, more: object = {}): Promise<void> {
      await api.ask(
        'mutation ($input: CreateProductInput!) { createProduct(input: $input) { product { key } userErrors { code message } } }',
        {
          input: { key, name: `Benchmark ${key}`, ...more },
        },
      );
    },

    /** The secrets, by device name. */
    async registerDevices(productKey: string, names: readonly string[]): Promise<Map<string, string>> {
      const secrets = new Map<string, string>();
      for (let at = 0; at < names.length; at += REGISTERED_AT_ONCE) {
        const devices = names.slice(at, at + REGISTERED_AT_ONCE).map((deviceName) => ({ deviceName }));
        const { registerDevices } = await api.ask<{ registerDevices: { devices: { device: { deviceName: string }; secret: string }[] } }>(
          `mutation ($input: RegisterDevicesInput!) {
            registerDevices(input: $input) { devices { device { deviceName } secret } userErrors { code message } }
          }`,
          { input: { productKey, devices } },
        );
        for (const { device, secret } of registerDevices.devices) secrets.set(device.deviceName, secret);
      }
      return secrets;
    },

    createPackage: (productKey: string, version: string): Promise<string> =>
      api.upload({ productKey, name: `firmware_${version.replaceAll('.', '_')}`, version }, Buffer.alloc(4_096, version)),

    /** `more`: as in CreateStaticBatchInput. */
    async createBatch(packageId: string, perMinute: number, more: object = {}): Promise<string> {
      const { createStaticBatch } = await api.ask<{ createStaticBatch: { batch: { id: string } } }>(
        'mutation ($input: CreateStaticBatchInput!) { createStaticBatch(input: $input) { batch { id } userErrors { code field message } } }',
        { input: { packageId, scope: { all: true }, pushRate: { perMinute }, ...more } },
      );
      return createStaticBatch.batch.id;
    },

    /** Settles when the batch has as many tasks. */
    async selected(batchId: string, tasks: number, withinMs: number): Promise<void> {
      for (const until = Date.now() + withinMs; ; await delay(100)) {
        const { batch } = await api.ask<{ batch: { counts: { total: number } } }>(
          'query ($id: ID!) { batch(id: $id) { counts { total } } }',
          {
            id: batchId,
          },
        );
        if (batch.counts.total === tasks) return;
        if (Date.now() > until) throw new Error(`The batch has ${batch.counts.total} tasks, and not ${tasks}.`);
      }
    },

    async cancelBatch(batchId: string): Promise<void> {
      await api.ask('mutation ($input: CancelBatchInput!) { cancelBatch(input: $input) { canceled userErrors { code message } } }', {
        input: { batchId },
      });
    },

    async onlineDevices(productKey: string): Promise<number> {
      let online = 0;
      for await (const { online: connected, modules } of pages<{ online: boolean; modules: unknown[] }>(api, DEVICES, 'devices', {
        filter: { productKey },
      })) {
        if (connected && modules.length > 0) online += 1;
      }
      return online;
    },

    async tasksOf(batchId: string): Promise<TaskOutcome[]> {
      const tasks: TaskOutcome[] = [];
      for await (const task of pages<TaskNode>(api, TASKS, 'tasks', { filter: { batchId } })) {
        const { deviceName, status, notifiedAt, endedAt } = task;
        tasks.push({ deviceName, status, notifiedAt: epochOf(notifiedAt), endedAt: epochOf(endedAt) });
      }
      return tasks;
    },
  };
}
export type Operator = ReturnType<typeof createOperator>;

const REGISTERED_AT_ONCE = 1_000;

interface TaskNode {
  deviceName: string;
  status: string;
  notifiedAt: string | null;
  endedAt: string | null;
}

const TASKS = `query ($filter: TaskFilterInput, $after: String) {
  tasks(filter: $filter, first: 100, after: $after) {
    edges { node { deviceName status notifiedAt endedAt } } pageInfo { hasNextPage endCursor }
  }
}`;
const DEVICES = `query ($filter: DeviceFilterInput, $after: String) {
  devices(filter: $filter, first: 100, after: $after) { edges { node { online modules { version } } } pageInfo { hasNextPage endCursor } }
}`;

const epochOf = (time: string | null): number | null => (time === null ? null : Date.parse(time));

interface Connection<T> {
  edges: { node: T }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

async function* pages<T>(api: ApiClient, query: string, field: string, variables: object): AsyncGenerator<T> {
  for (let after: string | null = null; ; ) {
    const answer: Record<string, Connection<T>> = await api.ask(query, { ...variables, after });
    const { edges, pageInfo } = answer[field] as Connection<T>;
    for (const { node } of edges) yield node;
    if (!pageInfo.hasNextPage) return;
    after = pageInfo.endCursor;
  }
}
