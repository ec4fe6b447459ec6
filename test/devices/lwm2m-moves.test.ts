import { startUdpNat } from '../support/devices/lwm2m/line/udp-nat';
import { movesAt, type UpgradePoint } from '../support/devices/lwm2m/lwm2m-behaviours';
import { useNodeCoap } from './use-node-coap';

const POINTS: UpgradePoint[] = ['notified', 'progress', 'downloaded', 'executed'];

describe('another port in the middle of an upgrade of the virtual LwM2M device', () => {
  const world = useNodeCoap();

  test.each(POINTS)('%s: it says so by an Update, and goes on from there', async (point) => {
    const device = await world.started({}, { behaviours: [movesAt(point)] });
    const moved = world.server.until(({ url }) => url === '/rd/r1');
    const downloaded = device.waitFor('state', { where: ({ state }) => state === 2 });
    await world.write(world.fileUri());
    await downloaded;
    const back = device.waitFor('connected');
    if (point === 'executed') await world.server.ask({ method: 'POST', pathname: '/5/0/2' });
    const { port } = await moved;
    expect(port).not.toBe(world.server.asked[0]?.port);
    if (point !== 'executed') await world.server.ask({ method: 'POST', pathname: '/5/0/2' });
    await back;
    expect(device.version).toBe('2.0.0');
  });

  test('at every step, without a word: what it says next comes from there', async () => {
    const device = await world.started({}, { behaviours: POINTS.map((point) => movesAt(point, { updates: false })) });
    const before = device.client.line.port;
    const downloaded = device.waitFor('state', { where: ({ state }) => state === 2 });
    await world.write(world.fileUri());
    await downloaded;
    expect(device.client.line.port).not.toBe(before);
    expect(world.server.asked.filter(({ url }) => url.startsWith('/rd'))).toHaveLength(1);
    await device.update();
    expect(world.server.asked.at(-1)?.port).not.toBe(before);
  });

  test('a NAT forgets it during the download, which goes on from its new port', async () => {
    const nat = await startUdpNat({ host: '127.0.0.1', port: world.server.port });
    let blocks = 0;
    nat.onDatagram((direction) => {
      if (direction === 'to device') blocks += 1;
      if (direction === 'to device' && blocks === 8) setImmediate(() => nat.rebind());
      return true;
    });
    const device = await world.started({}, {}, nat.port);
    const downloaded = device.waitFor('state', { where: ({ state }) => state === 2 });
    await world.write(world.fileUri(nat.port));
    await downloaded;
    nat.close();
    expect(new Set(world.server.asked.filter(({ url }) => url.startsWith('/f/')).map(({ port }) => port)).size).toBeGreaterThan(1);
  });
});
