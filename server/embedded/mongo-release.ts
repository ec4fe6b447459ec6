import type { mongo } from 'mongoose';

/** mongod asks for it since 7.0, because there is no way back without its makers. */
const CONFIRMED_SINCE = 7;
const RAISE_LIMIT_MS = 30_000;

/**
 * mongod opens data of its own release and of the one before, and leaves it as it was. So data that is not raised could not be opened by
 * the next release but one. Raising says so in the data alone and can be killed and repeated; releases are never skipped, because mongod
 * refuses to open such data.
 */
export async function raiseRelease(admin: mongo.Db): Promise<{ from: string; to: string } | null> {
  const { version } = await admin.command({ buildInfo: 1 });
  const [major, minor] = String(version).split('.');
  const to = `${major}.${minor}`;
  const { featureCompatibilityVersion: now } = await admin.command({ getParameter: 1, featureCompatibilityVersion: 1 });
  // With a target a change is under way that was killed.
  if (now.version === to && now.targetVersion === undefined) return null;
  const confirm = Number(major) >= CONFIRMED_SINCE ? { confirm: true } : {};
  await admin.command({ setFeatureCompatibilityVersion: to, ...confirm, maxTimeMS: RAISE_LIMIT_MS });
  return { from: now.version, to };
}

const WRONG_RELEASE = /"msg":"Wrong mongod version"/;
const UNREADABLE = /"msg":"Failed to start up WiredTiger under any compatibility version/;

/** What mongod's log means when it does not open the data because of their release; null for anything else. */
export function whyDataIsRefused(log: string, dbPath: string): string | null {
  const line = log.split('\n').findLast((text) => WRONG_RELEASE.test(text) || UNREADABLE.test(text));
  if (line === undefined) return null;
  const way =
    'mongod opens data of its own release and of the one before. Take one that does (UPDRAFT_MONGOD); where the data is older, start ' +
    'Updraft once with each release in between: each start raises the data to its own.';
  const found = /version: \\*"(\d+\.\d+)/.exec(line)?.[1];
  return found ? `The data in ${dbPath} is of MongoDB ${found}. ${way}` : `The data in ${dbPath} is of another release of MongoDB. ${way}`;
}
