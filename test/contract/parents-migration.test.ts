import { Readable } from 'node:stream';
import { openRowsText, sealRowsText } from '../../core/device-secrets/import-rows';
import { secretSeals } from '../../core/device-secrets/secret-seals';
import type { DeviceImport } from '../../schema/model/device/device-import';
import { parentsInImports } from '../../schema/mongo/migrations/0006-parents-in-imports';
import { anotherCreation } from '../support/another-creation';
import { MASTER_KEY, operator, SEALING } from '../support/core-parts';
import { HUB, type Hub, ids, startHub } from '../support/hub';
import { useStore } from '../support/store';

const store = useStore();
let hub: Hub;
beforeEach(async () => {
  hub = await startHub(store);
});

const migrate = (signal = new AbortController().signal) =>
  parentsInImports.run({ collections: store.collections, ...secretSeals([MASTER_KEY]) }, signal);

async function ended(id: string): Promise<DeviceImport> {
  for (;;) {
    const found = await hub.parts.core.deviceImports.get(id);
    if (found?.endedAt) return found;
    await new Promise(setImmediate);
  }
}
const piecesOf = () => store.collections.deviceImportPieces.find().sort({ _id: 1 }).toArray();
const rowsOf = async (): Promise<object[]> =>
  (await piecesOf()).flatMap(({ _id, sealedRows }) => JSON.parse(openRowsText(SEALING, _id, sealedRows)) as object[]);

/** As a version before kept it, and as a process left it that died before the children were there. */
async function leftByOlder(lines: readonly string[]): Promise<DeviceImport> {
  const { core } = hub.parts;
  const file = Readable.from([lines.join('\n')], { objectMode: false });
  const made = await ended((await core.deviceImports.create(operator, { productKey: 'meter' }, file))._id);
  for (const { _id, sealedRows } of await piecesOf()) {
    const older = openRowsText(SEALING, _id, sealedRows).replaceAll('"parent":', '"gateway":');
    await store.collections.deviceImportPieces.updateOne({ _id }, { $set: { sealedRows: sealRowsText(SEALING, _id, older) } });
  }
  const left = { status: 'CREATING', piecesDone: 0, created: 0, endedAt: null, renewedAt: new Date(0) } as const;
  await store.collections.deviceImports.updateOne({ _id: made._id }, { $set: left, $rename: { namesParents: 'gateways' } });
  return made;
}

const FILE = ['deviceName,secret,parent', 'old-1,0123456789abcdef,hub-1', 'old-2,0123456789abcdef,'];

test('R-DEV-6 an import of an earlier version, whose rows name gateways, goes on with the parents that they are', async () => {
  const made = await leftByOlder(FILE);
  await hub.parts.core.devices.delete(operator, ids('old-1'));
  expect(await rowsOf()).toMatchObject([{ gateway: { deviceName: 'hub-1' } }, {}]);
  await migrate();
  const other = anotherCreation(store);
  expect(await other.resume()).toBe(1);
  expect(await ended(made._id)).toMatchObject({ status: 'FINISHED', created: 2 });
  await other.stop();
  expect((await hub.parts.core.devices.childrenOf(HUB)).map(({ deviceId }) => deviceId)).toEqual(['meter.old-1']);
});

test('R-DEV-6 it may be killed and begin again, and writes nothing twice', async () => {
  await leftByOlder(FILE);
  await leftByOlder(FILE.map((line) => line.replace('old-', 'older-')));
  const killed = new AbortController();
  const gone = migrate(killed.signal);
  killed.abort();
  await expect(gone).rejects.toThrow();
  await migrate();
  const after = await piecesOf();
  expect(await rowsOf()).toMatchObject([{ parent: { deviceName: 'hub-1' } }, {}, { parent: { deviceName: 'hub-1' } }, {}]);
  expect(JSON.stringify(await rowsOf())).not.toContain('gateway');
  expect(await store.collections.deviceImports.distinct('namesParents')).toEqual([true]);
  // As if it had been killed before it said that it was done.
  await store.collections.deviceImports.updateMany({}, { $rename: { namesParents: 'gateways' } });
  await migrate();
  expect(await piecesOf()).toEqual(after);
});
