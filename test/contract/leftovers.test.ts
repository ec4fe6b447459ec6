import { Readable } from 'node:stream';
import type { CoreParts } from '../../core/core-parts';
import { sweepImports } from '../../core/device-imports/creation';
import { sweepLists } from '../../core/device-lists/service';
import { noProblems } from '../../schema/model/device/device-import';
import { handClock, operator } from '../support/core-parts';
import { meters, named } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { useStore } from '../support/store';

const clock = handClock();
const ROWS = 2_500;
const HOUR = 60 * 60_000;

const store = useStore();
let parts: CoreParts;
beforeEach(async () => {
  parts = await meters({ store, engine: quietEngine(), clock }, named(['dev-a', 'dev-b']));
});

const later = (hours: number) => new Date(clock().getTime() + hours * HOUR);
const numbered = (begin: string) => Array.from({ length: ROWS }, (_, index) => `${begin}.${String(index).padStart(10, '0')}`);
const about = () => ({ productKey: 'meter', createdBy: operator.actorId, createdAt: clock(), rows: ROWS, expiresAt: clock() });

/** Tells the sweep to stop once it has removed a piece of this. */
function stopping<T extends object>(collection: T): { collection: T; signal: AbortSignal } {
  const stop = new AbortController();
  const stopped = new Proxy(collection, {
    get(target, name) {
      const member = Reflect.get(target, name);
      if (name === 'deleteMany') stop.abort();
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  return { collection: stopped, signal: stop.signal };
}

test('R-BAT-3 a list that has expired goes in pieces: what a stop leaves of it is found by the next sweep', async () => {
  const { deviceLists, deviceListRows } = store.collections;
  const problems = { INVALID: 0, UNKNOWN: 0, DUPLICATE: 0 };
  await deviceLists.insertOne({ _id: 'list', ...about(), status: 'CLEAN', problems });
  await deviceListRows.insertMany(numbered('list').map((_id) => ({ _id, deviceId: 'meter.dev-a' })));
  const { collection, signal } = stopping(deviceListRows);
  await sweepLists({ ...store.collections, deviceListRows: collection }, later(1), signal);
  expect([await deviceLists.countDocuments(), await deviceListRows.countDocuments()]).toEqual([1, 1_500]);
  await Promise.all([sweepLists(store.collections, later(1)), sweepLists(store.collections, later(1))]);
  expect([await deviceLists.countDocuments(), await deviceListRows.countDocuments()]).toEqual([0, 0]);
});

test('R-DEV-6 so does an import, with what it could not make devices of', async () => {
  const { deviceImports, deviceImportProblems } = store.collections;
  const unfinished = { created: 0, endedAt: clock(), attempt: 1, digest: null, piecesDone: 0, pieces: 0, renewedAt: clock() };
  await deviceImports.insertOne({
    ...{ _id: 'import', ...about(), status: 'REFUSED', skipInvalid: false, valid: 0, problems: noProblems() },
    ...unfinished,
  });
  const rows = numbered('import.000001').map((_id, row) => ({ _id, row, value: 'dev', problem: 'NAME' as const, text: 'wrong' }));
  await deviceImportProblems.insertMany(rows);
  const { collection, signal } = stopping(deviceImportProblems);
  await sweepImports({ ...store.collections, deviceImportProblems: collection }, later(1), signal);
  expect([await deviceImports.countDocuments(), await deviceImportProblems.countDocuments()]).toEqual([1, 1_500]);
  await sweepImports(store.collections, later(1));
  expect([await deviceImports.countDocuments(), await deviceImportProblems.countDocuments()]).toEqual([0, 0]);
});

test('R-BAT-3 a list that expires while its file still comes leaves nothing behind', async () => {
  async function* slowly() {
    for (let part = 0; part < 4; part++) {
      yield Buffer.from(
        Array.from({ length: 1_500 }, (_, index) => `none-${part}-${index}`)
          .join('\n')
          .concat('\n'),
      );
      // Somebody else's clock has gone on: the process stood still.
      if (part === 1) {
        while ((await store.collections.deviceListProblems.countDocuments()) === 0) await new Promise((resolve) => setImmediate(resolve));
        await sweepLists(store.collections, later(2));
      }
    }
  }
  await expect(parts.core.deviceLists.create(operator, 'meter', Readable.from(slowly()))).rejects.toThrow('expired while');
  const { deviceLists, deviceListRows, deviceListProblems } = store.collections;
  expect(await Promise.all([deviceLists, deviceListRows, deviceListProblems].map((each) => each.countDocuments()))).toEqual([0, 0, 0]);
});
