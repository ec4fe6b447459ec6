import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Batch } from '../../schema/model/batch/batch';
import { freePort } from '../../server/embedded/free-port';
import { type Balancer, startBalancer } from '../support/balancer';
import { startProcesses, type UpdraftProcesses } from '../support/updraft-processes';

const DEVICES = 40;
/** Pushing all of them takes ten seconds: whenever a gateway goes, the batch is in the middle. */
const RATE = { kind: 'constant' as const, perMinute: 240 };
/** Longer than it takes until a silent gateway counts as gone. */
const STANDS_STILL_MS = 20_000;

describe('R-TASK-7 one of two gateways goes at a random moment of a batch, and its devices move to the other', () => {
  let updraft: UpdraftProcesses;
  let balancer: Balancer;

  beforeEach(async () => {
    const [one, two] = [await freePort(), await freePort()];
    updraft = await startProcesses(['api,worker']);
    for (const [name, port] of [
      ['one', one],
      ['two', two],
    ] as const)
      await updraft.start('gateway', { UPDRAFT_GATEWAY_ID: `${updraft.productKey}-${name}`, UPDRAFT_MQTT_PORT: `${port}` });
    balancer = await startBalancer([one, two].map((port) => `mqtt://127.0.0.1:${port}`));
  });
  afterEach(async () => {
    await balancer.stop();
    await updraft.stop();
  });

  const allOnline = () =>
    updraft.until(async () => {
      const online = await updraft.core.devices.list({ productKey: updraft.productKey, online: true }, { first: 100, after: null });
      return online.rows.length === DEVICES;
    });

  /** Their batch is under way, and some have their notification. */
  async function underWay(): Promise<Batch> {
    const devices = Array.from({ length: DEVICES }, (_, index) => ({ deviceName: `meter-${index}` }));
    await updraft.fleet(devices, { mqttUrl: balancer.url, reconnectMs: 100 });
    await allOnline();
    const batch = await updraft.push(await updraft.package('2.0.0'), { rate: RATE });
    await updraft.until(async () => (await updraft.tasks(batch)).some(({ notifiedAt }) => notifiedAt !== null));
    await delay(randomInt(5_000));
    return batch;
  }

  const allSucceed = async (batch: Batch): Promise<void> => {
    const ended = await updraft.settled(batch);
    expect(Object.values(ended)).toEqual(Array(DEVICES).fill('SUCCEEDED'));
  };

  test.each([0, 1])('kill -9 of gateway %i: every task is pushed and ends right, and none waits as off-line', async (which) => {
    const batch = await underWay();
    await updraft.processes[which + 1]?.kill();
    balancer.avoid(which);
    await allSucceed(batch);
  });

  test.each([0, 1])('SIGSTOP of gateway %i, which wakes later: what it believed then changes nothing', async (which) => {
    const batch = await underWay();
    updraft.processes[which + 1]?.pause();
    balancer.avoid(which);
    await delay(STANDS_STILL_MS);
    updraft.processes[which + 1]?.resume();
    balancer.avoid(which, false);
    await allSucceed(batch);
    // Whoever is on its way back from the gateway that woke is there in a moment; one that was written off by it would never be.
    await allOnline();
  });
});
