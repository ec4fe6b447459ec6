import { randomBytes } from 'node:crypto';
import type { BatchPolicy } from '../../schema/model/batch/batch';
import type { FirmwarePackage } from '../../schema/model/package/firmware-package';
import { startUdpNat, type UdpNat } from '../support/devices/lwm2m/line/udp-nat';
import {
  DELIVERY,
  FORMAT,
  type LeshanDevice,
  type LeshanDevices,
  missingForLeshan,
  PROTOCOL,
  type RunningLeshan,
  startLeshanDevices,
} from '../support/leshan/leshan';
import { type Lwm2mPlatform, type Psk, startLwm2mPlatform } from '../support/lwm2m-platform';

const missing = missingForLeshan();
if (missing) console.warn(`NOT PROVEN here: that devices on Leshan's LwM2M client are upgraded. It needs ${missing}.`);

const SIZE = 100_100;
const TARGET = '2.0.0';
/** What the client takes in blocks unless it is told otherwise. */
const CLIENT_BOUND = 8_192;
/** DTLS content types: of a handshake, and of a record with a connection id (RFC 9146 §4). */
const HANDSHAKE = 22;
const WITH_CONNECTION_ID = 25;

(missing ? describe.skip : describe)("a device on Leshan's client, unmodified, with an object 5", () => {
  let platform: Lwm2mPlatform;
  let devices: LeshanDevices;
  let firmware: FirmwarePackage;
  beforeAll(async () => {
    [platform, devices] = await Promise.all([startLwm2mPlatform(), startLeshanDevices()]);
    firmware = await platform.updraft.package(TARGET, SIZE);
  });
  afterAll(async () => {
    await Promise.all([platform.stop(), devices.stop()]);
  });

  const keyOf = (deviceName: string): Psk => ({ identity: `id-${deviceName}`, key: randomBytes(16).toString('hex') });

  async function start(endpoint: string, more: Partial<LeshanDevice> = {}, psk?: Psk): Promise<RunningLeshan> {
    const server = psk ? platform.coapsUrl : platform.coapUrl;
    const client = devices.start({ server, endpoint, lifetime: 3_600, ...psk, ...more });
    await client.next('registered');
    return client;
  }

  async function register(endpoint: string, more: Partial<LeshanDevice> = {}, psk?: Psk): Promise<RunningLeshan> {
    await platform.register(endpoint, psk ? [psk] : []);
    return start(endpoint, more, psk);
  }

  /** A batch for the one device; its task, when that has ended. */
  async function push(deviceName: string, policy: Partial<BatchPolicy> = {}) {
    const { updraft } = platform;
    const batch = await updraft.push(firmware, policy, { scope: { kind: 'targeted', deviceNames: [deviceName] } });
    return {
      async ended() {
        await updraft.settled(batch);
        return updraft.task(batch, deviceName);
      },
    };
  }

  const wholeFile = () => ({ downloaded: SIZE, sha256: firmware.files[0]?.sha256 });
  /** What it did, in order; a De-register would be one of these. */
  const storyOf = (client: RunningLeshan) => client.told().map((told) => Object.keys(told)[0]);
  const INSTALLED = ['executed', 'restarted', 'registered'];
  /** The same of one that has come back: the platform may know that sooner than the client has told it here. */
  const wholeStoryOf = (client: RunningLeshan) =>
    platform.updraft.until(async () => {
      const story = storyOf(client);
      return story.indexOf('registered') < story.lastIndexOf('registered') && story;
    });

  test('R-FLOW-5 R-FLOW-6 R-DL-4 pulls over CoAP, and comes back from another port without a De-register', async () => {
    const client = await register('over-coap');
    const before = await platform.registrationOf('over-coap');
    const upgrade = await push('over-coap');
    expect((await client.next('uri')).uri).toMatch(/^coap:\/\/127\.0\.0\.1:\d+\/f\/[\w-]{22}$/);
    expect(await client.next('downloaded')).toEqual(wholeFile());
    expect(await client.next('restarted')).toEqual({ restarted: TARGET });
    const { registered } = await client.next('registered');
    expect(await upgrade.ended()).toMatchObject({ status: 'SUCCEEDED', sourceVersion: '1.0.0' });
    const after = await platform.registrationOf('over-coap');
    expect(registered).toBe(`/rd/${after?.registrationId}`);
    expect(after?.registrationId).not.toBe(before?.registrationId);
    expect(after?.port).not.toBe(before?.port);
    expect(await wholeStoryOf(client)).toEqual(['registered', 'uri', 'downloaded', ...INSTALLED]);
  });

  test('R-FLOW-5 R-DL-4 pulls over HTTP', async () => {
    const client = await register('over-http', { protocols: [PROTOCOL.coap, PROTOCOL.http] });
    const upgrade = await push('over-http');
    expect((await client.next('uri')).uri).toMatch(/^http:/);
    expect(await client.next('downloaded')).toEqual(wholeFile());
    expect(await upgrade.ended()).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('R-FLOW-5 takes the file by Block1, in blocks smaller than those it is offered', async () => {
    const client = await register('pushed', { delivery: DELIVERY.push, largestPackage: SIZE });
    const upgrade = await push('pushed');
    expect(await client.next('downloaded')).toEqual(wholeFile());
    expect(await upgrade.ended()).toMatchObject({ status: 'SUCCEEDED' });
    expect(await wholeStoryOf(client)).toEqual(['registered', 'pushed', 'downloaded', ...INSTALLED]);
  });

  test('R-FLOW-5 R-TASK-10 has no room for what is pushed', async () => {
    await register('no-room', { delivery: DELIVERY.push, largestPackage: CLIENT_BOUND });
    const upgrade = await push('no-room');
    expect(await upgrade.ended()).toMatchObject({ status: 'FAILED', cause: 'NOT_ENOUGH_STORAGE_FOR_THE_NEW_FIRMWARE_PACKAGE' });
  });

  test.each([0, 2] as const)('R-FLOW-5 R-TASK-10 fails to install, with result 8 in state %d', async (stateAfterFailure) => {
    const deviceName = `result-8-${stateAfterFailure}`;
    const client = await register(deviceName, { installation: 8, stateAfterFailure });
    const upgrade = await push(deviceName);
    expect(await client.next('restarted')).toEqual({ restarted: '1.0.0' });
    expect(await upgrade.ended()).toMatchObject({ status: 'FAILED', cause: 'FIRMWARE_UPDATE_FAILED' });
  });

  test.each(Object.entries(FORMAT))('R-FLOW-5 speaks %s alone', async (name, format) => {
    const deviceName = `speaks-${name}`;
    const client = await register(deviceName, { formats: [format] });
    const upgrade = await push(deviceName);
    expect(await upgrade.ended()).toMatchObject({ status: 'SUCCEEDED' });
    expect(await wholeStoryOf(client)).toEqual(['registered', 'uri', 'downloaded', ...INSTALLED]);
  });

  test('R-FLOW-5 R-FLOW-6 registers after its batch was begun, with queue mode', async () => {
    await platform.register('queue-mode');
    const upgrade = await push('queue-mode');
    const client = await start('queue-mode', { queueMode: true });
    expect(await platform.registrationOf('queue-mode')).toMatchObject({ queueMode: true });
    expect(await upgrade.ended()).toMatchObject({ status: 'SUCCEEDED' });
    expect(await wholeStoryOf(client)).toEqual(['registered', 'uri', 'downloaded', ...INSTALLED]);
  });

  test('R-FLOW-6 loses what it was downloading and its port, and is given it again in the same attempt', async () => {
    const client = await register('cut-off', { waits: true });
    const upgrade = await push('cut-off');
    await client.next('uri');
    client.say('restart');
    await client.next('registered');
    await client.next('uri');
    client.say('download');
    expect(await upgrade.ended()).toMatchObject({ status: 'SUCCEEDED', attempt: 1 });
  });

  test('R-FLOW-5 R-FLOW-6 with its key and a connection id: another port in the middle costs no handshake', async () => {
    const psk = keyOf('with-psk');
    const nat = await startUdpNat({ host: '127.0.0.1', port: Number(new URL(platform.coapsUrl).port) });
    const protocols = [PROTOCOL.coap, PROTOCOL.coaps];
    const client = await register('with-psk', { server: `coaps://127.0.0.1:${nat.port}`, protocols, waits: true }, psk);
    const upgrade = await push('with-psk');
    expect((await client.next('uri')).uri).toMatch(/^coaps:/);
    const sent = contentTypesByPort(nat);
    nat.rebind();
    client.say('download');
    expect(await upgrade.ended()).toMatchObject({ status: 'SUCCEEDED' });
    const [before, after] = [...sent.values()];
    expect(before).toEqual(new Set([WITH_CONNECTION_ID]));
    expect(after).toContain(HANDSHAKE);
    expect(await wholeStoryOf(client)).toEqual(['registered', 'uri', 'downloaded', ...INSTALLED]);
    nat.close();
  });
});

/** Of what is sent to the server from now on, by the device's own port; a device that has started again has another. */
function contentTypesByPort(nat: UdpNat): Map<number, Set<number | undefined>> {
  const types = new Map<number, Set<number | undefined>>();
  nat.onDatagram((direction, datagram, devicePort) => {
    if (direction === 'to server') types.set(devicePort, (types.get(devicePort) ?? new Set()).add(datagram[0]));
    return true;
  });
  return types;
}
