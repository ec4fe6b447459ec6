import { setTimeout as delay } from 'node:timers/promises';
import { decode } from 'cbor2';
import { startUdpNat } from '../support/devices/lwm2m/line/udp-nat';
import type { Lwm2mDevice } from '../support/devices/lwm2m/lwm2m-device';
import { patience } from '../support/devices/patience';
import { useNodeCoap } from './use-node-coap';

const TLV = 11_542;
const SENML_JSON = 110;
const SENML_CBOR = 112;

describe('the virtual LwM2M device, against node-coap', () => {
  const world = useNodeCoap();
  async function untilMissed(device: Lwm2mDevice): Promise<void> {
    while (device.client.missed === 0) await delay(5);
  }

  test.each([
    ['anjay2', { queueMode: true }, '/rd?ep=d1&lt=300&lwm2m=1.0&b=UQ'],
    ['anjay2', {}, '/rd?ep=d1&lt=300&lwm2m=1.0&b=U'],
    ['wakaama', { queueMode: true, lifetimeSeconds: null }, '/rd?ep=d1&lwm2m=1.1&b=U&Q'],
    ['anjay3', {}, '/rd?ep=d1&lt=300&lwm2m=1.2'],
  ] as const)('registers as %s does: %j', async (client, habits, url) => {
    await world.started(habits, { client });
    expect(world.server.asked).toMatchObject([{ method: 'POST', url }]);
    expect(world.server.asked[0]?.body).toMatch(/^<\/>;rt="oma.lwm2m".*,<\/1\/0>,<\/3\/0>,<\/4\/0>,<\/5\/0>$/);
  });

  test('updates, registers anew when it is not known any more, de-registers', async () => {
    const device = await world.started();
    expect(await device.update({ lifetimeSeconds: 60 })).toBe('2.04');
    world.server.updates.push('4.04');
    expect(await device.update()).toBe('4.04');
    expect(device.connected).toBe(true);
    expect(await device.deregister()).toBe('2.02');
    expect(world.server.asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
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
    await world.started({}, more);
    const answer = await world.server.ask({ pathname, accept });
    expect(answer.code).toBe('2.05');
    expect(answer.payload.toString('latin1')).toBe(expected);
  });

  test('is read in TLV, SenML-JSON and SenML-CBOR, as asked', async () => {
    await world.started();
    const read = async (accept: number) => {
      const { code, payload } = await world.server.ask({
        pathname: '/5/0',
        options: { Accept: Buffer.from([accept >> 8, accept & 0xff]) },
      });
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
    await world.started();
    expect((await world.server.ask({ method, pathname }, method === 'PUT' ? Buffer.from('1') : undefined)).code).toBe(code);
  });

  test('a client of TLV only refuses SenML: 4.06', async () => {
    await world.started({}, { client: 'anjay2' });
    expect((await world.server.ask({ pathname: '/5/0', options: { Accept: Buffer.from([SENML_CBOR]) } })).code).toBe('4.06');
  });

  test.each(['NON', 'CON'] as const)('tells observers of each change: %s', async (notifications) => {
    const device = await world.started({ notifications });
    let changes = 0;
    const told = await world.server.observe('/4/0/2', 3, () => {
      changes += 1;
      if (device.radio) device.radio.signalStrength = -100 - changes;
      device.changed('/4/0/2');
    });
    expect(told).toEqual(['-74', '-101', '-102']);
  });

  test('in queue mode it hears nothing outside its window; its own message opens it', async () => {
    const device = await world.started({ queueMode: true });
    device.sleep();
    const answered = jest.fn();
    void world.server.ask({ pathname: '/3/0/3' }).then(answered, () => undefined);
    await untilMissed(device);
    expect(answered).not.toHaveBeenCalled();
    await device.update();
    expect((await world.server.ask({ pathname: '/3/0/3' })).payload.toString()).toBe('1.0.0');
  });

  test('its window ends by itself, so long after the last message either way, and a Send opens it', async () => {
    // Long enough for the question that comes within the window.
    const device = await world.started({ queueMode: true, awakeMs: patience(2_000) });
    while (device.client.wakefulness.awake) await delay(5);
    void world.server.ask({ pathname: '/3/0/3' }).catch(() => undefined);
    await untilMissed(device);
    expect(await device.client.send('/5/0/3')).toBe('2.04');
    expect(device.client.wakefulness.awake).toBe(true);
    expect((await world.server.ask({ pathname: '/5/0/3' })).payload.toString()).toBe('0');
  });

  test('a NAT gives it another port at any step; its next message says which', async () => {
    const nat = await startUdpNat({ host: '127.0.0.1', port: world.server.port });
    const device = await world.started({}, {}, nat.port);
    nat.rebind();
    await device.update();
    const [before, after] = world.server.asked.map(({ port }) => port);
    expect(after).not.toBe(before);
    expect((await world.server.ask({ pathname: '/3/0/3' })).payload.toString()).toBe('1.0.0');
    nat.close();
  });
});
