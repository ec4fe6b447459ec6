import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { patience } from '../support/devices/patience';
import { startUpdraft, type Updraft } from '../support/updraft';
import { ADMIN } from '../support/updraft-driver';

const FOLLOW = `subscription ($deviceId: ID!) { deviceTasks(deviceId: $deviceId, after: "") {
  ... on TaskChange { task { status waitingFor } } ... on Resync { cursor } } }`;

type Seen = { status: string; waitingFor: string | null };

describe('deferred confirmations over the whole platform', () => {
  let updraft: Updraft;
  beforeAll(async () => {
    updraft = await startUpdraft({ UPDRAFT_MINUTE_MS: '200' });
  });
  afterAll(() => updraft.stop());

  /** What a phone sees of its device's tasks from now on. */
  async function follow(deviceId: string) {
    const { key } = await updraft.core.access.createKey(ADMIN, { name: 'app', role: 'APP', deviceIds: [deviceId] });
    const url = `${updraft.platform.apiUrl?.replace('http', 'ws')}/graphql`;
    const client = createClient({ url, webSocketImpl: WebSocket, connectionParams: { apiKey: key }, retryAttempts: 0 });
    const seen: Seen[] = [];
    let began = () => {};
    const beginning = new Promise<void>((resolve) => {
      began = resolve;
    });
    const events = client.iterate<{ deviceTasks: { task?: Seen } }>({ query: FOLLOW, variables: { deviceId } });
    const reading = (async () => {
      for await (const { data } of events) {
        began();
        if (data?.deviceTasks.task) seen.push(data.deviceTasks.task);
      }
    })();
    await Promise.race([beginning, reading]);
    return {
      seen,
      async stop() {
        await client.dispose();
        await reading;
      },
    };
  }

  test('R-TASK-12 R-FLOW-7 who says "later" is asked again then, live; nothing leaves before, and who confirms early does not wait', async () => {
    const { core, productKey } = updraft;
    const fleet = await updraft.fleet([{ deviceName: 'late' }, { deviceName: 'early' }, { deviceName: 'iotda', dialect: 'IOTDA' }]);
    // What their tasks learn of their connections is no news any more when the phone begins to look.
    const isThere = async (name: string) => (await core.devices.get(`${productKey}.${name}`))?.online;
    await updraft.until(async () => (await isThere('late')) && (await isThere('early')) && (await isThere('iotda')));
    const batch = await updraft.push(await updraft.package('2.0.0'), { confirmation: true, deferral: { maxTimes: 2, maxHours: 720 } });
    const idOf = (name: string) => `${batch._id}.${productKey}.${name}`;
    await updraft.until(async () => (await core.batches.counts(batch._id)).UNCONFIRMED === 3);
    const phone = await follow(`${productKey}.late`);

    const until = new Date(Date.now() + patience(8_000));
    await core.tasks.defer(ADMIN, ['late', 'iotda'].map(idOf), until);
    await core.tasks.defer(ADMIN, [idOf('early')], new Date(Date.now() + 600_000));
    const [early] = await core.tasks.confirm(ADMIN, [idOf('early')]);
    expect(early?.status).toBe('QUEUED');
    await updraft.until(async () => (await updraft.task(batch, 'early')).status === 'SUCCEEDED');

    const deferred = await updraft.until(async () => {
      const at = phone.seen.findIndex(({ waitingFor }) => waitingFor === 'CONFIRMATION_DEFERRED');
      return at >= 0 && phone.seen.slice(at).some(({ waitingFor }) => waitingFor === 'CONFIRMATION') && phone.seen[at];
    });
    expect(deferred).toEqual({ status: 'UNCONFIRMED', waitingFor: 'CONFIRMATION_DEFERRED' });
    const told = await updraft.task(batch, 'late');
    // The batch has written it, not before the time, and nobody has asked the device for anything.
    expect(told.updatedAt.getTime()).toBeGreaterThanOrEqual(until.getTime());
    expect(told).toMatchObject({ status: 'UNCONFIRMED', notifications: 0, deferral: { times: 1, until, tellAt: null } });
    expect(await updraft.task(batch, 'iotda')).toMatchObject({ status: 'UNCONFIRMED', notifications: 0 });
    expect(fleet.device('late').version).toBe('1.0.0');
    await core.tasks.confirm(ADMIN, ['late', 'iotda'].map(idOf));
    expect(await updraft.settled(batch)).toEqual({ late: 'SUCCEEDED', early: 'SUCCEEDED', iotda: 'SUCCEEDED' });
    await phone.stop();
    await fleet.stop();
  });
});
