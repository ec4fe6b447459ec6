import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cutsOffAfter, startUdpNat } from '../support/devices/lwm2m/line/udp-nat';
import { RegistrationRefused } from '../support/devices/lwm2m/registration';
import { patience } from '../support/devices/patience';
import { writeFirmwareImage } from '../support/firmware-image';
import { type Lwm2mPlatform, startLwm2mPlatform } from '../support/lwm2m-platform';

const keyOf = (deviceName: string) => ({ identity: `id-${deviceName}`, key: randomBytes(16).toString('hex') });

describe('virtual LwM2M devices at a real platform', () => {
  let platform: Lwm2mPlatform;
  beforeAll(async () => {
    platform = await startLwm2mPlatform();
  });
  afterAll(() => platform.stop());

  const online = (deviceName: string) => async () => {
    const { updraft } = platform;
    const { rows } = await updraft.core.devices.list({ productKey: updraft.productKey, namePrefix: deviceName }, { first: 1 });
    return rows[0]?.node.online ? rows[0].node : null;
  };

  test.each([
    ['anjay2', { queueMode: true }],
    ['anjay3', {}],
    ['wakaama', { lifetimeSeconds: null }],
    ['leshan', { answers: 'separate' }],
  ] as const)('R-DEV-2 it comes with its registration, as %s registers, and goes with De-register', async (client, habits) => {
    const deviceName = `plain-${client}`;
    const device = await platform.device({ deviceName, client, habits });
    await device.start();
    await platform.updraft.until(online(deviceName));
    const { lwm2m, lifetimeSeconds, queueMode } = device.habits;
    expect(await platform.registrationOf(deviceName)).toMatchObject({
      version: lwm2m,
      lifetimeSeconds: lifetimeSeconds ?? 86_400,
      queueMode,
      identity: null,
    });
    expect(await device.update({ lifetimeSeconds: 600 })).toBe('2.04');
    expect(await platform.registrationOf(deviceName)).toMatchObject({ lifetimeSeconds: 600 });
    expect(await device.deregister()).toBe('2.02');
    expect(await platform.registrationOf(deviceName)).toBeNull();
    await platform.updraft.until(async () => !(await online(deviceName)()));
  });

  test('one that is not known any more is told so, and registers anew', async () => {
    const device = await platform.device({ deviceName: 'forgotten' });
    await device.start();
    const before = await platform.registrationOf('forgotten');
    await platform.updraft.store.collections.registrations.deleteOne({ registrationId: before?.registrationId });
    expect(await device.update()).toBe('4.04');
    const after = await platform.registrationOf('forgotten');
    expect(after?.registrationId).not.toBe(before?.registrationId);
  });

  test('who nobody knows is refused', async () => {
    const device = await platform.device({ deviceName: 'known', endpoint: 'stranger' });
    await expect(device.start()).rejects.toThrow(RegistrationRefused);
  });

  test('R-DEV-2 with its key over DTLS; it need not say its name, and may not say another one', async () => {
    const psk = keyOf('keyed');
    const device = await platform.device({ deviceName: 'keyed', endpoint: null, psk });
    await device.start();
    expect(await platform.registrationOf('keyed')).toMatchObject({ identity: psk.identity });
    const liar = await platform.device({ deviceName: 'liar', endpoint: 'keyed', psk: keyOf('liar') });
    await expect(liar.start()).rejects.toMatchObject({ code: '4.03' });
  });

  test.each([
    ['plain', undefined],
    ['DTLS', keyOf('moving-DTLS')],
  ] as const)('over %s it appears at another port without notice, and its Update says where', async (how, psk) => {
    const deviceName = `moving-${how}`;
    const server = new URL(psk ? platform.coapsUrl : platform.coapUrl);
    const nat = await startUdpNat({ host: '127.0.0.1', port: Number(server.port) });
    const device = await platform.device({ deviceName, ...(psk && { psk }) }, nat);
    await device.start();
    const before = await platform.registrationOf(deviceName);
    nat.rebind();
    expect(await device.update()).toBe('2.04');
    const [port] = nat.outerPorts();
    const after = await platform.registrationOf(deviceName);
    expect(after).toMatchObject({ registrationId: before?.registrationId, port });
    expect(before?.port).not.toBe(port);
    nat.close();
  });

  test('after a loss of power it registers from a new port, and the registration before is gone', async () => {
    const device = await platform.device({ deviceName: 'restarting', psk: keyOf('restarting') });
    await device.start();
    const before = await platform.registrationOf('restarting');
    const back = device.waitFor('connected');
    device.losePower(0);
    await back;
    const after = await platform.registrationOf('restarting');
    expect(after?.registrationId).not.toBe(before?.registrationId);
    expect(after?.port).not.toBe(before?.port);
  });

  describe('downloads', () => {
    let directory: string;
    let image: Buffer;
    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'updraft-lwm2m-'));
      image = readFileSync((await writeFirmwareImage(join(directory, 'image'), 120_000, { version: '2.0.0' })).path);
    });
    afterAll(() => rm(directory, { recursive: true }));
    const portOf = (scheme: 'coap' | 'coaps') => Number(new URL(scheme === 'coap' ? platform.coapUrl : platform.coapsUrl).port);

    test.each(['coap', 'coaps'] as const)('R-DL-4 over %s, from a port of its own, resumed there where it lost contact', async (scheme) => {
      const deviceName = `loading-${scheme}`;
      const psk = keyOf(deviceName);
      // It gives up after 31 of these, and a busy machine takes its time for a handshake.
      const habits = { ackTimeoutMs: patience(150) };
      const device = await platform.device({ deviceName, habits, ...(scheme === 'coaps' && { psk }) });
      await device.start();
      const path = await platform.fileFor(deviceName, image);
      const nat = await startUdpNat({ host: '127.0.0.1', port: portOf(scheme) });
      nat.onDatagram(cutsOffAfter(40));
      const downloaded = device.waitFor('state', { where: ({ state }) => state === 2 });
      device.client.objects.write('/5/0/1', Buffer.from(`${scheme}://127.0.0.1:${nat.port}${path}`));
      await downloaded;
      nat.close();
      expect(Buffer.concat(device.file.pieces).equals(image)).toBe(true);
      expect(device.file).toMatchObject({ size: image.length, restarts: 0 });
      expect(device.pullPorts.length).toBeGreaterThanOrEqual(2);
    });

    test.each(['coap', 'coaps'] as const)(
      'R-DL-4 over %s through a NAT that gives it another port in the middle, again and again',
      async (scheme) => {
        const deviceName = `wandering-${scheme}`;
        const device = await platform.device({ deviceName, ...(scheme === 'coaps' && { psk: keyOf(deviceName) }) });
        await device.start();
        const path = await platform.fileFor(deviceName, image);
        const nat = await startUdpNat({ host: '127.0.0.1', port: portOf(scheme) });
        let blocks = 0;
        const ports = new Set<number>();
        nat.onDatagram((direction, datagram) => {
          // A block, and not a handshake's part.
          if (direction === 'to device' && datagram.length > 1_000) {
            blocks += 1;
            for (const port of nat.outerPorts()) ports.add(port);
            if (blocks % 10 === 0) setImmediate(() => nat.rebind());
          }
          return true;
        });
        const downloaded = device.waitFor('state', { where: ({ state }) => state === 2 });
        device.client.objects.write('/5/0/1', Buffer.from(`${scheme}://127.0.0.1:${nat.port}${path}`));
        await downloaded;
        nat.close();
        expect(Buffer.concat(device.file.pieces).equals(image)).toBe(true);
        expect(ports.size).toBeGreaterThan(5);
        expect(device.pullPorts.length).toBe(1);
      },
    );

    test('R-DL-4 over http, at the address of the same token', async () => {
      const device = await platform.device({ deviceName: 'loading-http', client: 'anjay3' });
      await device.start();
      const path = await platform.fileFor('loading-http', image);
      const downloaded = device.waitFor('state', { where: ({ state }) => state === 2 });
      device.client.objects.write('/5/0/1', Buffer.from(`${new URL(platform.updraft.platform.apiUrl ?? '').origin}${path}`));
      await downloaded;
      expect(Buffer.concat(device.file.pieces).equals(image)).toBe(true);
    });

    test('R-DL-4 no file for a token that nobody was given', async () => {
      const device = await platform.device({ deviceName: 'guessing' });
      await device.start();
      const refused = device.waitFor('state', { where: ({ state, result }) => state === 0 && result === 7 });
      device.client.objects.write('/5/0/1', Buffer.from(`${platform.coapUrl}/f/${'A'.repeat(22)}`));
      await refused;
    });
  });
});
