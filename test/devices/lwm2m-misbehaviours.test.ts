import { type Behaviour, neverReportsVersion, silent, slow, stallsAt, staysOnSourceVersion } from '../support/devices/behaviours';
import type { Habits } from '../support/devices/lwm2m/habits';
import { defers, ends, sticksIn, versionLater } from '../support/devices/lwm2m/lwm2m-behaviours';
import type { Lwm2mDevice } from '../support/devices/lwm2m/lwm2m-device';
import { useNodeCoap } from './use-node-coap';

/** State and result, one change after the other. */
type Seen = [state: number, result: number][];
const UP_TO_UPDATING: Seen = [
  [1, 0],
  [2, 0],
  [3, 0],
];

describe('what the virtual LwM2M device does wrong in an upgrade, against node-coap', () => {
  const world = useNodeCoap();
  const execute = () => world.server.ask({ method: 'POST', pathname: '/5/0/2' });
  const cancel = () => world.server.ask({ method: 'POST', pathname: '/5/0/10' });
  const pushNul = () => world.server.ask({ method: 'PUT', pathname: '/5/0/0' }, Buffer.from([0]));
  const read = async (pathname: string) => (await world.server.ask({ pathname })).payload.toString();
  const stateOf = async () => `${await read('/5/0/3')}/${await read('/5/0/5')}`;
  const state = (device: Lwm2mDevice, wanted: number, result = 0) =>
    device.waitFor('state', { where: (seen) => seen.state === wanted && seen.result === result });

  /** Writes the URI, executes once, and waits for so many changes. */
  async function upgraded(behaviours: Behaviour[], habits: Partial<Habits>, changes: number): Promise<{ device: Lwm2mDevice; seen: Seen }> {
    const device = await world.started(habits, { behaviours });
    const seen: Seen = world.statesOf(device);
    const all = device.waitFor('state', { where: () => seen.length >= changes });
    let executions = 0;
    device.on('state', ({ state: at, result }) => {
      if (at !== 2 || result !== 0 || executions > 0) return;
      executions += 1;
      setImmediate(() => void execute().catch(() => undefined));
    });
    await world.write(world.fileUri());
    await all;
    return { device, seen };
  }

  describe.each([2, 3, 4, 5, 6, 7, 8, 9, 10, 11])('result %i', (result) => {
    test.each([0, 2] as const)('in place of Downloaded, in state %i', async (in_) => {
      const { seen } = await upgraded([ends(result, 'downloaded', { state: in_ })], {}, 2);
      expect(seen).toEqual([
        [1, 0],
        [in_, result],
      ]);
    });

    test.each([0, 2] as const)('after Execute, in state %i', async (in_) => {
      const { seen, device } = await upgraded([ends(result, 'installed', { state: in_ })], {}, 4);
      expect(seen).toEqual([...UP_TO_UPDATING, [in_, result]]);
      expect(device.version).toBe('1.0.0');
    });
  });

  test.each([
    ['state and result 0, and the new version', [ends(0, 'restarted')], [0, 0], '2.0.0'],
    ['state and result 0, and the old version', [ends(0, 'restarted'), staysOnSourceVersion()], [0, 0], '1.0.0'],
    ['result 1, and the old version', [ends(1, 'restarted'), staysOnSourceVersion()], [0, 1], '1.0.0'],
    ['result 8, and the new version', [ends(8, 'restarted')], [0, 8], '2.0.0'],
  ] as const)('after the restart: %s', async (_, behaviours, last, version) => {
    const { device, seen } = await upgraded([...behaviours], {}, 4);
    expect(seen.at(-1)).toEqual(last);
    expect(device.version).toBe(version);
  });

  test('it tells of its new version only after a while', async () => {
    const { device, seen } = await upgraded([versionLater(50)], {}, 4);
    expect([seen.at(-1), device.version]).toEqual([[0, 1], '1.0.0']);
    while (device.version === '1.0.0') await new Promise((resolve) => setImmediate(resolve));
  });

  test('stuck in Idle: it has no ear for the URI, and takes the next one', async () => {
    const device = await world.started({}, { behaviours: [sticksIn(0, { times: 1 })] });
    expect((await world.write(world.fileUri())).code).toBe('2.04');
    expect(await stateOf()).toBe('0/0');
    const whole = state(device, 2);
    await world.write(world.fileUri());
    await whole;
  });

  test.each([
    ['silent', silent()],
    ['sticksIn', sticksIn(1)],
    ['stallsAt', stallsAt(40)],
  ])('stuck in Downloading: %s', async (kind, behaviour) => {
    const device = await world.started({}, { behaviours: [behaviour] });
    const begun = kind === 'stallsAt' ? world.server.until(({ url }) => url.startsWith('/f/')) : Promise.resolve(null);
    await world.write(world.fileUri());
    await begun;
    expect(await stateOf()).toBe('1/0');
    expect(device.file.complete).toBe(false);
    expect((await execute()).code).toBe('4.05');
    expect((await cancel()).code).toBe('2.04');
    expect(await stateOf()).toBe('0/10');
  });

  test('stuck in Downloaded: Execute is 2.04, and nothing happens; the next one does it', async () => {
    const device = await world.started({}, { behaviours: [sticksIn(2, { times: 1 })] });
    const whole = state(device, 2);
    await world.write(world.fileUri());
    await whole;
    expect((await execute()).code).toBe('2.04');
    expect(await stateOf()).toBe('2/0');
    const back = device.waitFor('connected');
    await execute();
    await back;
    expect(device.version).toBe('2.0.0');
  });

  test.each([
    ['neverReportsVersion', neverReportsVersion()],
    ['sticksIn', sticksIn(3)],
  ])('stuck in Updating, from where no reset leads: %s', async (_, behaviour) => {
    const { device } = await upgraded([behaviour], {}, 3);
    for (const answer of [await world.write(''), await cancel(), await pushNul(), await execute()]) expect(answer.code).toBe('4.05');
    expect([await stateOf(), device.version]).toEqual(['3/0', '1.0.0']);
  });

  test('held in one state after the other until it is told to go on', async () => {
    const behaviours = [sticksIn(1, { times: 'untilTold' }), defers('told'), versionLater('told')];
    const device = await world.started({}, { behaviours });
    await world.write(world.fileUri());
    expect(await stateOf()).toBe('1/0');
    const whole = state(device, 2);
    device.relent();
    await whole;
    const back = device.waitFor('connected');
    await execute();
    await back;
    expect(device.version).toBe('2.0.0');
  });

  test('slow: it takes its time with the download', async () => {
    const { device } = await upgraded([slow(40)], {}, 2);
    expect(device.file.complete).toBe(true);
  });

  test('put off: Downloaded with result 11, then it updates by itself', async () => {
    const { device, seen } = await upgraded([defers(20)], { deferSeconds: 60 }, 6);
    expect(seen).toEqual([...UP_TO_UPDATING, [2, 11], [3, 0], [0, 1]]);
    expect(device.version).toBe('2.0.0');
  });

  test('put off: not before it is executed again', async () => {
    const { device } = await upgraded([defers(null)], {}, 4);
    expect(await stateOf()).toBe('2/11');
    const back = device.waitFor('connected');
    expect((await execute()).code).toBe('2.04');
    await back;
    expect(device.version).toBe('2.0.0');
  });

  test('it updates by itself', async () => {
    const device = await world.started({ automatic: true });
    const back = device.waitFor('connected');
    await world.write(world.fileUri());
    await back;
    expect(device.version).toBe('2.0.0');
  });

  test('states that nobody sees', async () => {
    const device = await world.started({ hidesStates: [1] }, { behaviours: [stallsAt(40)] });
    await world.write(world.fileUri());
    expect([device.firmware.state, await stateOf()]).toEqual([1, '0/0']);
    await world.write('');
    const { seen } = await upgraded([], { hidesStates: [1, 3] }, 2);
    expect(seen).toEqual([
      [2, 0],
      [0, 1],
    ]);
  });

  test('De-register before it restarts', async () => {
    const { device } = await upgraded([], { deregisters: true }, 4);
    expect(device.version).toBe('2.0.0');
    expect(world.server.asked.some(({ method }) => method === 'DELETE')).toBe(true);
  });

  test('another file by then: it gives up', async () => {
    const device = await world.started({ szx: 2, otherEtag: 'gives up' });
    const other = Buffer.from(world.image);
    other[other.length - 1] = (other.at(-1) ?? 0) ^ 1;
    const over = state(device, 0, 4);
    void world.server
      .until(() => world.server.asked.length >= 12)
      .then(() => {
        world.server.file = other;
      });
    await world.write(world.fileUri());
    await over;
  });

  describe('what a reset does', () => {
    const left = (habits: Partial<Habits>, firmware: { state?: 0 | 1 | 2; result?: number }) => world.started(habits, { firmware });

    test('as Wakaama: state 1 from the start, which no reset changes, and no URI is heard', async () => {
      const device = await world.started({ resetsBy: [] }, { client: 'wakaama', firmware: { state: 1 }, behaviours: [sticksIn(0)] });
      for (const answer of [await world.write(world.fileUri()), await world.write(''), await pushNul()]) expect(answer.code).toBe('2.04');
      expect((await cancel()).code).toBe('4.04');
      expect(device.firmware).toMatchObject({ state: 1, result: 0 });
    });

    test('an empty URI in Idle begins a download, of which another one is the end', async () => {
      await left({ emptyUriInIdle: 'downloads' }, {});
      await world.write('');
      expect(await stateOf()).toBe('1/0');
      await world.write('');
      expect(await stateOf()).toBe('0/0');
    });

    test('a NUL byte only', async () => {
      await left({ resetsBy: ['package'] }, { state: 2 });
      expect((await world.write('')).code).toBe('2.04');
      expect((await cancel()).code).toBe('4.04');
      expect(await stateOf()).toBe('2/0');
      await pushNul();
      expect(await stateOf()).toBe('0/0');
    });

    test.each([0, 2] as const)('an old result 8 in state %i', async (in_) => {
      await left({}, { state: in_, result: 8 });
      expect(await stateOf()).toBe(`${in_}/8`);
      await world.write('');
      expect(await stateOf()).toBe('0/0');
    });

    test('an old result 8 that stays until the next download begins', async () => {
      const device = await left({ keepsResult: true }, { state: 2, result: 8 });
      await world.write('');
      expect(await stateOf()).toBe('0/8');
      const whole = state(device, 2);
      await world.write(world.fileUri());
      await whole;
      expect(await stateOf()).toBe('2/0');
    });

    test('push only: a URI is refused', async () => {
      await left({ delivery: 1 }, {});
      expect((await world.write(world.fileUri())).code).toBe('4.05');
    });
  });
});
