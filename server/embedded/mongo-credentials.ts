import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { mongo } from 'mongoose';
import { writePrivate } from '../private-files';

/** Who Updraft is to its MongoDB, and the operator's tools as well. */
export const MONGO_USER = 'updraft';
const USER_UNKNOWN = 11;

export interface MongoCredentials {
  /** mongod's; whoever knows what is in it is mongod itself. */
  keyFile: string;
  key: string;
  password: string;
  /** False until `takeOver` has made sure that no user but ours is there. */
  taken: boolean;
}

const passwordFile = (dataDir: string): string => join(dataDir, 'mongo.password');

/**
 * The key and the password of the data directory, made where there are none. Nothing in the data depends on either: the key is read by mongod
 * at its start, and the password is set anew at each.
 */
export async function mongoCredentials(dataDir: string): Promise<MongoCredentials> {
  const keyFile = join(dataDir, 'mongo.keyfile');
  let key = await secretIn(keyFile, /^[A-Za-z0-9+/]{64,1000}={0,2}$/);
  if (key === null) {
    key = randomBytes(384).toString('base64');
    await writePrivate(keyFile, key);
  }
  const password = await secretIn(passwordFile(dataDir), /^[0-9a-f]{32,}$/);
  return { keyFile, key, password: password ?? randomBytes(24).toString('hex'), taken: password !== null };
}

/** Null for a file that is not there or not whole. */
async function secretIn(file: string, form: RegExp): Promise<string | null> {
  try {
    const text = (await readFile(file, 'utf8')).trim();
    return form.test(text) ? text : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Sets the password of our user, who is made where he is missing. In data that was served without passwords anybody may have left users
 * behind, ours by name too: all go first. The password is written last, so that a start which is killed before is repeated as a whole.
 */
export async function takeOver(admin: mongo.Db, credentials: MongoCredentials, dataDir: string): Promise<string[]> {
  const removed = credentials.taken ? [] : await removeUsers(admin);
  const account = { pwd: credentials.password, roles: ['root'] };
  await admin.command({ updateUser: MONGO_USER, ...account }).catch((error: mongo.MongoServerError) => {
    if (error.code !== USER_UNKNOWN) throw error;
    return admin.command({ createUser: MONGO_USER, ...account });
  });
  if (!credentials.taken) {
    await writePrivate(passwordFile(dataDir), `${credentials.password}\n`);
    credentials.taken = true;
  }
  return removed;
}

async function removeUsers(admin: mongo.Db): Promise<string[]> {
  const { users } = await admin.command({ usersInfo: { forAllDBs: true } });
  for (const { user, db } of users) await admin.client.db(db).command({ dropUser: user });
  return users.map(({ user, db }: { user: string; db: string }) => `${db}.${user}`);
}

/** For tools that are not to have the password on their command line; mongodump takes it with `--config`. */
export const writeMongoUri = (dataDir: string, uri: string): Promise<void> => writePrivate(join(dataDir, 'mongo.yaml'), `uri: ${uri}\n`);
