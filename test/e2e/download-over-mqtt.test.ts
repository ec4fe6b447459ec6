import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FirmwarePackage } from '../../schema/model/package/firmware-package';
import type { Task } from '../../schema/model/task/task';
import { stallsAt } from '../support/devices/behaviours';
import { ADMIN, startUpdraft, type Updraft } from '../support/updraft';

describe('R-DL-3 download over MQTT, by devices over real MQTT, MongoDB and Temporal', () => {
  let updraft: Updraft;
  beforeAll(async () => {
    updraft = await startUpdraft();
  });
  afterAll(() => updraft.stop());

  const SIZE = 70_001;
  /** Blocks are counted: whoever waits for one does not ask for it again. */
  const PATIENT = { blockAnswerMs: 600_000 };
  const only = (deviceNames: string[]) => ({ scope: { kind: 'targeted' as const, deviceNames } });
  const overMqtt = { downloadProtocol: 'MQTT' as const };
  const packageOf = (version: string): Promise<FirmwarePackage> =>
    updraft.core.packages.create(
      ADMIN,
      { productKey: updraft.productKey, name: `mqtt_${version.replaceAll('.', '_')}`, version, digestAlgorithm: 'MD5' },
      { name: 'fw.bin', stream: Readable.from([randomBytes(SIZE)]) },
    );
  const taskOf = (batch: { _id: string }, deviceName: string): Promise<Task | null> =>
    updraft.core.tasks.get(`${batch._id}.${updraft.productKey}.${deviceName}`);

  test('R-DL-3 devices load the file in blocks, check it, and are upgraded; their tasks say what they were sent', async () => {
    const names = ['block-0', 'block-1', 'block-2'];
    const fleet = await updraft.fleet(
      names.map((deviceName) => ({ deviceName })),
      { download: { ...PATIENT, blockBytes: 10 * 1024 } },
    );
    const batch = await updraft.push(await packageOf('2.0.0'), overMqtt, only(names));
    expect(await updraft.settled(batch)).toEqual(Object.fromEntries(names.map((name) => [name, 'SUCCEEDED'])));
    expect(fleet.stats()).toMatchObject({ bytes: names.length * SIZE, blocks: names.length * 7, problems: 0, dropped: 0 });
    for (const name of names) {
      // It is written in its own time, in one piece or in several.
      const download = await updraft.until(async () => {
        const written = (await taskOf(batch, name))?.download;
        return written && written.bytesServed >= SIZE && written;
      });
      expect(download).toEqual({ bytesServed: SIZE, requests: 7, lastAt: expect.any(Date) });
    }
    await fleet.stop();
  });

  test('R-DL-3 R-FLOW-1 children load it in blocks too, each as fast as if it had a connection of its own', async () => {
    const names = ['probe-0', 'probe-1', 'probe-2'];
    const children = names.map((deviceName) => ({ deviceName, parent: 'block-hub' }));
    const fleet = await updraft.fleet([{ deviceName: 'block-hub' }, ...children], { download: { ...PATIENT, blockBytes: 10 * 1024 } });
    const batch = await updraft.push(await packageOf('2.1.0'), overMqtt, only(names));
    expect(await updraft.settled(batch)).toEqual(Object.fromEntries(names.map((name) => [name, 'SUCCEEDED'])));
    for (const name of names) expect(fleet.device(name).counts).toMatchObject({ bytes: SIZE, blocks: 7, problems: 0, dropped: 0 });
    await fleet.stop();
  });

  test('R-DL-3 the same stream id serves the next batch of the package', async () => {
    const firmware = await packageOf('3.0.0');
    const fleet = await updraft.fleet([{ deviceName: 'first' }, { deviceName: 'second' }], {
      download: { ...PATIENT, blockBytes: 64 * 1024 },
    });
    for (const name of ['first', 'second']) {
      const batch = await updraft.push(firmware, overMqtt, only([name]));
      expect(await updraft.settled(batch)).toEqual({ [name]: 'SUCCEEDED' });
    }
    expect(fleet.stats()).toMatchObject({ blocks: 4, problems: 0 });
    await fleet.stop();
  });

  test('R-DL-3 R-DL-5 a task that is canceled ends the blocks: what its device still asks for is unknown', async () => {
    const firmware = await packageOf('4.0.0');
    const fleet = await updraft.fleet([{ deviceName: 'stopped', behaviours: [stallsAt(25)] }]);
    const batch = await updraft.push(firmware, overMqtt, only(['stopped']));
    await updraft.until(async () => (await taskOf(batch, 'stopped'))?.progress === 25);
    const streamId = (await updraft.core.packages.get(firmware._id))?.streamId ?? 0;
    const ask = () =>
      updraft.core.downloads.block(`${updraft.productKey}.stopped`, { streamId, fileId: 1, offset: 0, size: 1 }).then(({ kind }) => kind);
    expect(await ask()).toBe('block');
    await updraft.core.batches.cancel(ADMIN, batch._id);
    await updraft.until(async () => (await ask()) === 'unknown');
    expect((await taskOf(batch, 'stopped'))?.status).toBe('CANCELED');
    await fleet.stop();
  });
});

describe('R-DL-1 download over HTTP', () => {
  test('R-DL-1 what devices were sent is seen on their tasks, the process stopping included', async () => {
    const updraft = await startUpdraft();
    const fleet = await updraft.fleet([{ deviceName: 'plain' }]);
    const batch = await updraft.push(await updraft.package('2.0.0', 5_000));
    expect(await updraft.settled(batch)).toEqual({ plain: 'SUCCEEDED' });
    await fleet.stop();
    await updraft.platform.parts.close();
    expect((await updraft.tasks(batch))[0]?.download).toEqual({ bytesServed: 5_000, requests: 1, lastAt: expect.any(Date) });
    await updraft.stop();
  });
});
