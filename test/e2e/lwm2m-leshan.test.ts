import { createHash, randomBytes } from 'node:crypto';
import { textBody } from '../../gateways/coap/lwm2m/requests/operations';
import { startRegisteringServer } from '../gateway/coap/lwm2m/registering-server';
import { startUdpNat } from '../support/devices/lwm2m/line/udp-nat';
import {
  type LeshanDevice,
  type LeshanDevices,
  missingForLeshan,
  PROTOCOL,
  type RunningLeshan,
  startLeshanDevices,
} from '../support/leshan/leshan';
import { type Lwm2mPlatform, startLwm2mPlatform } from '../support/lwm2m-platform';

const missing = missingForLeshan();
if (missing) console.warn(`NOT PROVEN here: that devices on Leshan's LwM2M client register, are read and come back. It needs ${missing}.`);

const psk = { identity: 'leshan-identity', key: randomBytes(16).toString('hex') };
const TERMS = { waitMs: 60_000 };

(missing ? describe.skip : describe)("a device on Leshan's client, unmodified", () => {
  let devices: LeshanDevices;
  beforeAll(async () => {
    devices = await startLeshanDevices();
  });
  afterAll(() => devices.stop());
  const start = (server: string, endpoint: string, more: Partial<LeshanDevice> = {}): RunningLeshan =>
    devices.start({ server, endpoint, lifetime: 3_600, ...more });

  describe('at a real platform', () => {
    let platform: Lwm2mPlatform;
    beforeAll(async () => {
      platform = await startLwm2mPlatform();
    });
    afterAll(() => platform.stop());

    test('R-DEV-2 registers with its key and a connection id, updates, and comes back from another port in the same session', async () => {
      await platform.register('leshan-psk', [psk]);
      const nat = await startUdpNat({ host: '127.0.0.1', port: Number(new URL(platform.coapsUrl).port) });
      const client = start(`coaps://127.0.0.1:${nat.port}`, 'leshan-psk', psk);
      const { registered } = await client.next('registered');
      const before = await platform.registrationOf('leshan-psk');
      expect(registered).toBe(`/rd/${before?.registrationId}`);
      expect(before).toMatchObject({ identity: psk.identity, version: '1.1', lifetimeSeconds: 3_600, port: nat.outerPorts()[0] });
      client.say('update');
      expect(await client.next('updated')).toEqual({ updated: true });
      let records = 0;
      const contentTypes = new Set<number>();
      nat.onDatagram((direction, datagram) => {
        if (direction === 'to server') {
          records += 1;
          contentTypes.add(datagram[0] ?? 0);
        }
        return true;
      });
      nat.rebind();
      client.say('update');
      expect(await client.next('updated')).toEqual({ updated: true });
      const after = await platform.registrationOf('leshan-psk');
      expect(after).toMatchObject({ registrationId: before?.registrationId, port: nat.outerPorts()[0] });
      expect(after?.port).not.toBe(before?.port);
      // Records with a connection id, and nothing of a handshake (RFC 9146 §4).
      expect(records).toBeGreaterThan(0);
      expect([...contentTypes]).toEqual([25]);
      client.say('deregister');
      await client.next('deregistered');
      expect(await platform.registrationOf('leshan-psk')).toBeNull();
      nat.close();
    });

    test('R-DEV-2 over plain CoAP; a name that nobody registered is refused', async () => {
      await platform.register('leshan-plain');
      const client = start(platform.coapUrl, 'leshan-plain');
      await client.next('registered');
      expect(await platform.registrationOf('leshan-plain')).toMatchObject({ identity: null, contentFormats: [60, 110, 112, 11542, 11543] });
      const stranger = start(platform.coapUrl, 'nobody');
      expect((await stranger.next('refused')).refused).toMatch(/FORBIDDEN|403/);
    });

    test.each(['coap', 'coaps', 'http'] as const)('R-DL-4 pulls a file over %s, byte for byte', async (scheme) => {
      const { coapUrl, coapsUrl, updraft } = platform;
      const own = { identity: `loading-${scheme}`, key: randomBytes(16).toString('hex') };
      const secure = scheme === 'coaps';
      const deviceName = `leshan-${scheme}`;
      await platform.register(deviceName, secure ? [own] : []);
      const file = randomBytes(300_000);
      const address = { coap: coapUrl, coaps: coapsUrl, http: updraft.platform.apiUrl }[scheme];
      const uri = new URL(await platform.fileFor(deviceName, file), address).href;
      const server = await startRegisteringServer({ [own.identity]: Buffer.from(own.key, 'hex') });
      const at = secure ? `coaps://127.0.0.1:${server.securePort}` : `coap://127.0.0.1:${server.port}`;
      const client = start(at, deviceName, { protocols: [PROTOCOL[scheme]], ...(secure && own) });
      await client.next('registered');
      expect(await server.requests.write('d1', '/5/0/1', textBody(uri), TERMS)).toEqual({ done: null });
      const sha256 = createHash('sha256').update(file).digest('hex');
      expect(await client.next('downloaded')).toEqual({ downloaded: file.length, sha256 });
      await server.close();
    });
  });

  test('is read in TLV and SenML, executed and observed by the requests of a gateway', async () => {
    const server = await startRegisteringServer({ [psk.identity]: Buffer.from(psk.key, 'hex') });
    const client = start(`coaps://127.0.0.1:${server.securePort}`, 'leshan-read', psk);
    await client.next('registered');
    const read = async (version: string, path: string) => {
      server.state.version = version;
      const outcome = await server.requests.read('d1', path, TERMS);
      return 'done' in outcome ? outcome.done : outcome;
    };
    const firmware = expect.arrayContaining([
      { path: '/5/0/3', value: 0 },
      { path: '/5/0/5', value: 0 },
      { path: '/5/0/8/0', value: 0 },
    ]);
    // By the version of its registration TLV is asked for, or SenML-CBOR.
    for (const version of ['1.0', '1.1']) {
      expect(await read(version, '/5/0')).toEqual({ resources: firmware, mistyped: [] });
      expect(await read(version, '/3/0/3')).toEqual({ resources: [{ path: '/3/0/3', value: '1.0.0' }], mistyped: [] });
    }
    expect(await server.requests.execute('d1', '/5/0/2', TERMS)).toMatchObject({ failed: 'refused', code: '4.05' });
    expect(await server.requests.observe('d1', '/5/0/3', TERMS)).toMatchObject({ done: { observed: true } });
    await server.requests.write('d1', '/5/0/1', textBody('coap://127.0.0.1:1/f/x'), TERMS);
    await server.until(() => server.notifications.length > 0);
    expect(server.notifications[0]?.resources).toEqual([{ path: '/5/0/3', value: 1 }]);
    await server.close();
  });
});
