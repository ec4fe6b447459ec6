import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startUpdaters, type Updater, type Updaters } from '../support/lwm2m-updaters';
import { startUpdraft, type Updraft } from '../support/updraft';

describe('R-SAFE-5, R-DEV-2 MongoDB goes in the middle of Updates and comes back', () => {
  const dataDir = join(tmpdir(), `updraft-lwm2m-store-${randomUUID()}`);
  let updraft: Updraft;
  let updaters: Updaters;

  beforeAll(async () => {
    const settings = { MONGODB_URI: '', UPDRAFT_DATA_DIR: dataDir, UPDRAFT_COAP_PORT: '0', UPDRAFT_COAPS_PORT: '0' };
    updraft = await startUpdraft(settings);
    const { core, store, productKey, platform } = updraft;
    const ports = { coap: portOf(platform.coapUrl), coaps: portOf(platform.coapsUrl) };
    updaters = await startUpdaters({ core, store, productKey, ports, ofEachKind: 4 });
  });
  afterAll(async () => {
    await updaters.stop();
    await updraft.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** What an Update must not change. */
  async function registered() {
    const found = [...(await updaters.registrations()).values()];
    return Object.fromEntries(found.map(({ endpoint, registrationId, since }) => [endpoint, { registrationId, since }]));
  }

  /** Names of devices that have had another Update since. */
  const updatedSince = async (at: Date): Promise<string[]> =>
    [...(await updaters.registrations()).values()].filter(({ heardAt }) => heardAt > at).map(({ endpoint }) => endpoint);

  const expectNoneForgotten = (): void => {
    for (const { name, codes } of updaters.all)
      expect([name, codes.filter((code) => code !== '2.04' && code !== '5.03')]).toEqual([name, []]);
  };

  const ofEverybody = (look: (updater: Updater) => number): number[] => updaters.all.map(look);
  const untilAllAreUpdatedAgain = async (): Promise<void> => {
    const back = new Date();
    await updraft.until(async () => (await updatedSince(back)).length === updaters.all.length);
  };

  test.each([1, 2])('kill -9, time %i: devices are told to come again or hear nothing, and no registration is lost', async () => {
    const before = await registered();
    await updaters.updateWhile(async () => {
      const killed = updraft.platform.pids.mongod;
      process.kill(killed ?? 0, 'SIGKILL');
      await updraft.until(async () => updraft.platform.pids.mongod !== killed);
      await untilAllAreUpdatedAgain();
    });
    expectNoneForgotten();
    expect(await registered()).toEqual(before);
    expect((await updaters.online()).size).toBe(updaters.all.length);
  });

  test('it stands still until each device was told to come again or has given up waiting: when it goes on, all do', async () => {
    const before = await registered();
    const mongod = updraft.platform.pids.mongod ?? 0;
    const refusals = ({ codes, unanswered }: Updater): number => unanswered + codes.filter((code) => code === '5.03').length;
    await updaters.updateWhile(async () => {
      const first = ofEverybody(refusals);
      process.kill(mongod, 'SIGSTOP');
      try {
        await updraft.until(async () => ofEverybody(refusals).every((number, index) => number > (first[index] ?? 0)));
      } finally {
        process.kill(mongod, 'SIGCONT');
      }
      await untilAllAreUpdatedAgain();
    });
    expectNoneForgotten();
    expect(await registered()).toEqual(before);
    expect((await updaters.online()).size).toBe(updaters.all.length);
  });
});

const portOf = (url = ''): number => Number(new URL(url).port);
