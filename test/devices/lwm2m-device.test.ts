import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'cbor2';
import { corruptDownload, disconnectsAt, resultCode, staysOnSourceVersion, wrongVersion } from '../support/devices/behaviours';
import type { Habits } from '../support/devices/lwm2m/habits';
import { startUdpNat } from '../support/devices/lwm2m/line/udp-nat';
import type { Lwm2mDeviceDescription } from '../support/devices/lwm2m/lwm2m-description';
import { Lwm2mDevice } from '../support/devices/lwm2m/lwm2m-device';
import { writeFirmwareImage } from '../support/firmware-image';
import { type NodeCoapServer, startNodeCoapServer } from './node-coap-server';

const TLV = 11_542;
const SENML_JSON = 110;
const SENML_CBOR = 112;
const QUICK = { ackTimeoutMs: 200 };

describe('the virtual LwM2M device, against node-coap', () => {
  let server: NodeCoapServer;
  let directory: string;
  let image: Buffer;
  const devices: Lwm2mDevice[] = [];
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'updraft-lwm2m-'));
    image = readFileSync((await writeFirmwareImage(join(directory, 'image'), 20_000, { version: '2.0.0' })).path);
  });
  afterAll(() => rm(directory, { recursive: true }));
  beforeEach(async () => {
    server = await startNodeCoapServer();
    server.file = image;
  });
  afterEach(async () => {
    for (const device of devices.splice(0)) await device.stop();
    server.close();
  });

  async function started(habits: Partial<Habits> = {}, more: Partial<Lwm2mDeviceDescription> = {}, port = server.port) {
    const description = { dialect: 'LWM2M' as const, deviceName: 'd1', version: '1.0.0', habits: { ...QUICK, ...habits }, ...more };
    const device = new Lwm2mDevice(description, { server: `coap://127.0.0.1:${port}`, pull: { retryMs: 1 }, reconnectMs: 1 });
    devices.push(device);
    await device.start();
    return device;
  }

  const states = (device: Lwm2mDevice) => {
    const seen: [number, number][] = [];
    device.on('state', ({ state, result }) => seen.push([state, result]));
    return seen;
  };
  const write = (uri: string) =>
    server.ask({ method: 'PUT', pathname: '/5/0/1', options: { 'Content-Format': 'text/plain' } }, Buffer.from(uri));
  async function untilMissed(device: Lwm2mDevice): Promise<void> {
    while (device.client.missed === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const fileUri = (port = server.port) => `coap://127.0.0.1:${port}/f/7Qk2`;

  test.each([
    ['anjay2', { queueMode: true }, '/rd?ep=d1&lt=300&lwm2m=1.0&b=UQ'],
    ['anjay2', {}, '/rd?ep=d1&lt=300&lwm2m=1.0&b=U'],
    ['wakaama', { queueMode: true, lifetimeSeconds: null }, '/rd?ep=d1&lwm2m=1.1&b=U&Q'],
    ['anjay3', {}, '/rd?ep=d1&lt=300&lwm2m=1.2'],
  ] as const)('registers as %s does: %j', async (client, habits, url) => {
    await started(habits, { client });
    expect(server.asked).toMatchObject([{ method: 'POST', url }]);
    expect(server.asked[0]?.body).toMatch(/^<\/>;rt="oma.lwm2m".*,<\/1\/0>,<\/3\/0>,<\/4\/0>,<\/5\/0>$/);
  });

  test('updates, registers anew when it is not known any more, de-registers', async () => {
    const device = await started();
    expect(await device.update({ lifetimeSeconds: 60 })).toBe('2.04');
    server.updates.push('4.04');
    expect(await device.update()).toBe('4.04');
    expect(device.connected).toBe(true);
    expect(await device.deregister()).toBe('2.02');
    expect(server.asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      expect.stringMatching(/^POST \/rd\?/),
      'POST /rd/r1?lt=60',
      'POST /rd/r1',
      expect.stringMatching(/^POST \/rd\?.*lt=60/),
      'DELETE /rd/r2',
    ]);
  });

  test.each([
    ['text', '/3/0/3', undefined, { client: 'leshan' }, '1.0.0'],
    ['TLV of one resource where text was to be expected', '/5/0/3', undefined, { client: 'wakaama' }, '\xc1\x03\x00'],
  ] as const)('is read in %s', async (_, pathname, accept, more, expected) => {
    await started({}, more);
    const answer = await server.ask({ pathname, accept });
    expect(answer.code).toBe('2.05');
    expect(answer.payload.toString('latin1')).toBe(expected);
  });

  test('is read in TLV, SenML-JSON and SenML-CBOR, as asked', async () => {
    await started();
    const read = async (accept: number) => {
      const { code, payload } = await server.ask({ pathname: '/5/0', options: { Accept: Buffer.from([accept >> 8, accept & 0xff]) } });
      expect(code).toBe('2.05');
      return payload;
    };
    expect((await read(TLV)).includes(Buffer.from('c10300c10500', 'hex'))).toBe(true);
    expect(JSON.parse((await read(SENML_JSON)).toString())).toContainEqual({ n: '3', v: 0 });
    expect(decode(await read(SENML_CBOR))).toContainEqual(
      new Map<number, unknown>([
        [0, '3'],
        [2, 0],
      ]),
    );
  });

  test.each([
    ['GET', '/3/0/99', '4.04'],
    ['GET', '/5/0/2', '4.05'],
    ['POST', '/5/0/2', '4.05'],
    ['PUT', '/5/0/3', '4.05'],
  ] as const)('%s %s is %s', async (method, pathname, code) => {
    await started();
    expect((await server.ask({ method, pathname }, method === 'PUT' ? Buffer.from('1') : undefined)).code).toBe(code);
  });

  test('a client of TLV only refuses SenML: 4.06', async () => {
    await started({}, { client: 'anjay2' });
    expect((await server.ask({ pathname: '/5/0', options: { Accept: Buffer.from([SENML_CBOR]) } })).code).toBe('4.06');
  });

  test.each(['NON', 'CON'] as const)('tells observers of each change: %s', async (notifications) => {
    const device = await started({ notifications });
    let changes = 0;
    const told = await server.observe('/4/0/2', 3, () => {
      changes += 1;
      device.radio.signalStrength = -100 - changes;
      device.changed('/4/0/2');
    });
    expect(told).toEqual(['-74', '-101', '-102']);
  });

  test('pulls from another port, installs when told, and comes back from a third one without De-register', async () => {
    const device = await started();
    const seen = states(device);
    const downloaded = device.waitFor('state', { where: ({ state }) => state === 2 });
    expect((await write(fileUri())).code).toBe('2.04');
    await downloaded;
    const back = device.waitFor('connected');
    expect((await server.ask({ method: 'POST', pathname: '/5/0/2' })).code).toBe('2.04');
    await back;
    expect(device.version).toBe('2.0.0');
    expect(seen).toEqual([
      [1, 0],
      [2, 0],
      [3, 0],
      [0, 1],
    ]);
    const [first, second] = server.asked.filter(({ url }) => url.startsWith('/rd')).map(({ port }) => port);
    expect(new Set([first, second, ...device.pullPorts]).size).toBe(3);
    expect(server.asked.filter(({ url }) => url.startsWith('/f/'))).toHaveLength(Math.ceil(image.length / 1_024));
    expect(server.asked.some(({ method }) => method === 'DELETE')).toBe(false);
  });

  test('resumes where it was after a loss of contact, from a new port, and after a loss of power', async () => {
    const nat = await startUdpNat({ host: '127.0.0.1', port: server.port });
    const device = await started({ szx: 4, ackTimeoutMs: 20 });
    let sent = 0;
    nat.onDatagram((direction) => {
      if (direction === 'to server') sent += 1;
      if (sent === 60 && direction === 'to server') setImmediate(() => device.losePower(0));
      // Its 20th request, and all that repeat it, are lost.
      return !(sent >= 20 && sent < 25);
    });
    const downloaded = device.waitFor('state', { where: ({ state }) => state === 2 });
    await write(fileUri(nat.port));
    await downloaded;
    nat.close();
    expect(Buffer.concat(device.file.pieces).equals(image)).toBe(true);
    expect(new Set(device.pullPorts).size).toBe(3);
    expect(device.file.restarts).toBe(0);
  });

  test('begins anew when the file is another one by then', async () => {
    const device = await started({ szx: 2 });
    const other = Buffer.from(image);
    // Nothing but the last pair of bytes, which node-coap's ETag of two bytes tells of.
    other[other.length - 1] = (other.at(-1) ?? 0) ^ 1;
    const twelve = (at: { url: string }) =>
      at.url.startsWith('/f/') && server.asked.filter(({ url }) => url.startsWith('/f/')).length >= 12;
    void server.until(twelve).then(() => {
      server.file = other;
    });
    const downloaded = device.waitFor('state', { where: ({ state }) => state === 2 });
    await write(fileUri());
    await downloaded;
    expect(device.file.restarts).toBe(1);
    expect(Buffer.concat(device.file.pieces).equals(other)).toBe(true);
  });

  test.each([
    ['a scheme it has not', 'https://fw.example/f/1', 9],
    ['what is no URI', 'nowhere', 7],
  ])('a URI of %s is refused, and the result says so', async (_, uri, result) => {
    const device = await started();
    expect((await write(uri)).code).toBe('4.00');
    expect(device.firmware).toMatchObject({ state: 0, result });
  });

  test.each([
    [
      'a result that it reports',
      resultCode(2),
      [
        [1, 0],
        [0, 2],
      ],
    ],
    [
      'a wrong byte',
      corruptDownload(),
      [
        [1, 0],
        [0, 5],
      ],
    ],
    [
      'a failed installation',
      resultCode(8),
      [
        [1, 0],
        [2, 0],
        [3, 0],
        [2, 8],
      ],
    ],
    [
      'a version that did not take hold',
      staysOnSourceVersion(),
      [
        [1, 0],
        [2, 0],
        [3, 0],
        [0, 8],
      ],
    ],
    [
      'another version',
      wrongVersion('3.0.0'),
      [
        [1, 0],
        [2, 0],
        [3, 0],
        [0, 1],
      ],
    ],
    [
      'a loss of power as it begins, after which it goes on',
      disconnectsAt('notified'),
      [
        [1, 0],
        [2, 0],
        [3, 0],
        [0, 1],
      ],
    ],
  ])('%s', async (_, behaviour, expected) => {
    const device = await started({}, { behaviours: [behaviour] });
    const seen = states(device);
    const last = device.waitFor('state', { where: () => seen.length === expected.length });
    device.on('state', ({ state }) => {
      if (state === 2 && seen.length === 2) setImmediate(() => void server.ask({ method: 'POST', pathname: '/5/0/2' }));
    });
    await write(fileUri());
    await last;
    expect(seen).toEqual(expected);
    expect(device.version).toBe({ wrongVersion: '3.0.0', disconnectsAt: '2.0.0' }[behaviour.kind as string] ?? '1.0.0');
  });

  test('takes a push by Block1; a NUL byte resets', async () => {
    const device = await started();
    const downloaded = device.waitFor('state', { where: ({ state }) => state === 2 });
    const options = { 'Content-Format': 'application/octet-stream', Block1: Buffer.from([0x06]) };
    expect((await server.ask({ method: 'PUT', pathname: '/5/0/0', options }, image)).code).toBe('2.04');
    await downloaded;
    expect((await server.ask({ method: 'PUT', pathname: '/5/0/0' }, Buffer.from([0]))).code).toBe('2.04');
    expect(device.firmware).toMatchObject({ state: 0, result: 0 });
  });

  test('in queue mode it hears nothing outside its window; its own message opens it', async () => {
    const device = await started({ queueMode: true });
    device.sleep();
    const answered = jest.fn();
    void server.ask({ pathname: '/3/0/3' }).then(answered, () => undefined);
    await untilMissed(device);
    expect(answered).not.toHaveBeenCalled();
    await device.update();
    expect((await server.ask({ pathname: '/3/0/3' })).payload.toString()).toBe('1.0.0');
  });

  test('a NAT gives it another port at any step; its next message says which', async () => {
    const nat = await startUdpNat({ host: '127.0.0.1', port: server.port });
    const device = await started({}, {}, nat.port);
    nat.rebind();
    await device.update();
    const [before, after] = server.asked.map(({ port }) => port);
    expect(after).not.toBe(before);
    expect((await server.ask({ pathname: '/3/0/3' })).payload.toString()).toBe('1.0.0');
    nat.close();
  });
});
