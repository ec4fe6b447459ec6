import { corruptDownload, disconnectsAt, staysOnSourceVersion, wrongVersion } from '../support/devices/behaviours';
import { cutsOffAfter, startUdpNat } from '../support/devices/lwm2m/line/udp-nat';
import { ends } from '../support/devices/lwm2m/lwm2m-behaviours';
import { useNodeCoap } from './use-node-coap';

describe('upgrades of the virtual LwM2M device, against node-coap', () => {
  const world = useNodeCoap();

  test('pulls from another port, installs when told, and comes back from a third one without De-register', async () => {
    const device = await world.started();
    const seen = world.statesOf(device);
    const downloaded = device.waitFor('state', { where: ({ state }) => state === 2 });
    expect((await world.write(world.fileUri())).code).toBe('2.04');
    await downloaded;
    const back = device.waitFor('connected');
    expect((await world.server.ask({ method: 'POST', pathname: '/5/0/2' })).code).toBe('2.04');
    await back;
    expect(device.version).toBe('2.0.0');
    expect(seen).toEqual([
      [1, 0],
      [2, 0],
      [3, 0],
      [0, 1],
    ]);
    const [first, second] = world.server.asked.filter(({ url }) => url.startsWith('/rd')).map(({ port }) => port);
    expect(new Set([first, second, ...device.pullPorts]).size).toBe(3);
    expect(world.server.asked.filter(({ url }) => url.startsWith('/f/'))).toHaveLength(Math.ceil(world.image.length / 1_024));
    expect(world.server.asked.some(({ method }) => method === 'DELETE')).toBe(false);
  });

  test.each([
    ['an image that says nothing of itself', { bareVersion: '2.0.0' }, 1],
    ['nothing at all, where only the rest is of interest', { bareVersion: '2.0.0', pacing: { skipDownload: true } }, 0],
  ])('takes %s for the version that its fleet is told', async (_, settings, asked) => {
    world.server.file = Buffer.alloc(1_000, 7);
    const device = await world.started({}, {}, world.server.port, settings);
    const downloaded = device.waitFor('state', { where: ({ state }) => state === 2 });
    await world.write(world.fileUri());
    await downloaded;
    const back = device.waitFor('connected');
    await world.server.ask({ method: 'POST', pathname: '/5/0/2' });
    await back;
    expect(device).toMatchObject({ version: '2.0.0', firmware: { result: 1 } });
    expect(world.server.asked.filter(({ url }) => url.startsWith('/f/'))).toHaveLength(asked);
  });

  test('resumes where it was after a loss of contact, from a new port, and after a loss of power', async () => {
    const nat = await startUdpNat({ host: '127.0.0.1', port: world.server.port });
    const device = await world.started({ szx: 4, ackTimeoutMs: 20 }, { behaviours: [disconnectsAt('progress')] });
    nat.onDatagram(cutsOffAfter(20, 2));
    const downloaded = device.waitFor('state', { where: ({ state }) => state === 2 });
    await world.write(world.fileUri(nat.port));
    await downloaded;
    nat.close();
    expect(Buffer.concat(device.file.pieces).equals(world.image)).toBe(true);
    expect(new Set(device.pullPorts).size).toBeGreaterThanOrEqual(3);
    expect(device.counts.connects).toBe(2);
    expect(device.file.restarts).toBe(0);
  });

  test('begins anew when the file is another one by then', async () => {
    const device = await world.started({ szx: 2 });
    const other = Buffer.from(world.image);
    // Nothing but the last pair of bytes, which node-coap's ETag of two bytes tells of.
    other[other.length - 1] = (other.at(-1) ?? 0) ^ 1;
    const twelve = (at: { url: string }) =>
      at.url.startsWith('/f/') && world.server.asked.filter(({ url }) => url.startsWith('/f/')).length >= 12;
    void world.server.until(twelve).then(() => {
      world.server.file = other;
    });
    const downloaded = device.waitFor('state', { where: ({ state }) => state === 2 });
    await world.write(world.fileUri());
    await downloaded;
    expect(device.file.restarts).toBe(1);
    expect(Buffer.concat(device.file.pieces).equals(other)).toBe(true);
  });

  test.each([
    ['a scheme it has not', 'https://fw.example/f/1', 9],
    ['what is no URI', 'nowhere', 7],
  ])('a URI of %s is refused, and the result says so', async (_, uri, result) => {
    const device = await world.started();
    expect((await world.write(uri)).code).toBe('4.00');
    expect(device.firmware).toMatchObject({ state: 0, result });
  });

  test.each([
    [
      'a result that it reports',
      ends(2, 'notified'),
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
      ends(8, 'installed', { state: 2 }),
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
    const device = await world.started({}, { behaviours: [behaviour] });
    const seen = world.statesOf(device);
    const last = device.waitFor('state', { where: () => seen.length === expected.length });
    device.on('state', ({ state }) => {
      if (state === 2 && seen.length === 2) setImmediate(() => void world.server.ask({ method: 'POST', pathname: '/5/0/2' }));
    });
    await world.write(world.fileUri());
    await last;
    expect(seen).toEqual(expected);
    expect(device.version).toBe({ wrongVersion: '3.0.0', disconnectsAt: '2.0.0' }[behaviour.kind as string] ?? '1.0.0');
  });

  test('takes a push by Block1; a NUL byte resets', async () => {
    const device = await world.started();
    const downloaded = device.waitFor('state', { where: ({ state }) => state === 2 });
    const options = { 'Content-Format': 'application/octet-stream', Block1: Buffer.from([0x06]) };
    expect((await world.server.ask({ method: 'PUT', pathname: '/5/0/0', options }, world.image)).code).toBe('2.04');
    await downloaded;
    expect((await world.server.ask({ method: 'PUT', pathname: '/5/0/0' }, Buffer.from([0]))).code).toBe('2.04');
    expect(device.firmware).toMatchObject({ state: 0, result: 0 });
  });
});
