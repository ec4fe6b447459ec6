import type { DeviceImportProblem, ImportRow } from '../../schema/model/device/device-import';
import { deviceIdOf } from '../../schema/model/ids';
import type { Collections, Store } from '../../schema/mongo/connect';
import { attemptId, type StoredImport } from '../../schema/mongo/device-imports';
import type { StoredDevice } from '../../schema/mongo/devices';
import { bindingOf } from '../devices/children/rules';
import type { Children } from '../devices/children/service';
import { isDuplicateKey } from '../duplicate-key';
import { UserErrors } from '../errors';
import type { Sealing } from '../sealing';
import { transaction } from '../transaction';
import { existsAlready } from './check';
import { parentProblem } from './check-parents';
import { storedFor } from './stored-for';

/** Others that register the same devices at the same moment: they are found by another look. */
const LOOKS = 5;

export interface BindingDeps {
  connection: Store['connection'];
  collections: Pick<Collections, 'devices'>;
  children: Pick<Children, 'enroll' | 'introduceAll'>;
  /** Of devices' secrets, and of rows that hold them. */
  sealing: Sealing;
}

type Made = { row: ImportRow; document: StoredDevice };

/**
 * Devices and what their parents know of them come by one transaction, as in a registration: so at any instant there are both or neither,
 * and a repetition leaves out those that are there. Answers the rows whose device somebody else has registered since the check, and those
 * whose parent takes none any more.
 */
export async function createChildren(
  deps: BindingDeps,
  of: StoredImport,
  rows: readonly ImportRow[],
  documents: readonly StoredDevice[],
): Promise<DeviceImportProblem[]> {
  const made = rows.flatMap((row, index) => (documents[index] ? { row, document: documents[index] } : []));
  const problems = await untilSettled(async () => {
    const { own, others } = await storedFor(deps, of, rows);
    const refused = await insertBound(
      deps,
      of,
      made.filter(({ row }) => !own.has(row.row) && !others.has(row.row)),
    );
    const taken = rows.filter(({ row }) => others.has(row));
    return [...taken.map(({ row, deviceName }) => existsAlready(attemptId(of), row, deviceName)), ...refused];
  });
  // Also those that were there: whoever made them may have ended in between.
  const lost = new Set(problems.map(({ row }) => row));
  await deps.children.introduceAll(rows.filter(({ row }) => !lost.has(row)).map(({ deviceName }) => deviceIdOf(of.productKey, deviceName)));
  return problems;
}

async function untilSettled<T>(look: () => Promise<T>): Promise<T> {
  for (let looks = 1; ; looks += 1) {
    try {
      return await look();
    } catch (error) {
      if (!isDuplicateKey(error) || looks === LOOKS) throw error;
    }
  }
}

/** All or none; when some may not be bound any more, those of each parent on their own. */
async function insertBound(deps: BindingDeps, of: StoredImport, made: readonly Made[]): Promise<DeviceImportProblem[]> {
  if (made.length === 0) return [];
  try {
    await insertTogether(deps, of, made);
    return [];
  } catch (error) {
    if (!(error instanceof UserErrors)) throw error;
    const parentOf = ({ row }: Made) => bindingOf(of.productKey, row, 'parent')?.parentId;
    const parents = new Set(made.map(parentOf));
    if (parents.size === 1) return made.map(({ row }) => refusedFor(of, row, error));
    const problems: DeviceImportProblem[] = [];
    for (const parentId of parents) {
      const ofParent = made.filter((each) => parentOf(each) === parentId);
      problems.push(...(await insertBound(deps, of, ofParent)));
    }
    return problems;
  }
}

function refusedFor(of: StoredImport, row: ImportRow, refused: UserErrors): DeviceImportProblem {
  const [first] = refused.errors;
  const problem = first ? parentProblem(of, row, first) : null;
  if (problem === null) throw refused;
  return problem;
}

async function insertTogether({ connection, collections, children }: BindingDeps, of: StoredImport, made: readonly Made[]): Promise<void> {
  await transaction({ connection }, async (session) => {
    await collections.devices.insertMany(
      made.map(({ document }) => document),
      { session },
    );
    await children.enroll(
      session,
      of.productKey,
      made.map(({ row }) => row),
    );
  });
}
