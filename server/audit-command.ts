import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { auditKeys } from '../core/audit/keys';
import { type AuditVerdict, type KnownHead, verifyAudit } from '../core/audit/verify';
import { createSealing, SealedByOther } from '../core/sealing';
import { connectStore } from '../schema/mongo/connect';
import { AUDIT_USAGE, auditArguments, auditReport } from './audit-report';
import { type Config, ConfigError, readConfig } from './config';
import { databaseOf } from './database-of';
import { startEmbedded } from './embedded/start-embedded';
import { StartError } from './embedded/start-error';
import { readMasterKeys } from './master-key';

const [BROKEN, NOT_CHECKED] = [1, 2];

/** `npm run audit verify`: see `AUDIT_USAGE`. */
async function main(args: readonly string[]): Promise<number> {
  if (args.some((arg) => arg === '-h' || arg === '--help')) {
    process.stdout.write(AUDIT_USAGE);
    return 0;
  }
  const asked = auditArguments(args);
  if (!asked) {
    process.stderr.write(AUDIT_USAGE);
    return NOT_CHECKED;
  }
  const config = readConfig();
  const masterKeys = await givenKeys(config);
  const server = await mongoOf(config);
  try {
    const verdict = await verify(server.uri, masterKeys, asked.known);
    process.stdout.write(auditReport(verdict));
    return verdict.problemCount === 0 ? 0 : BROKEN;
  } finally {
    await server.stop();
  }
}

async function verify(uri: string, masterKeys: readonly Uint8Array[], known?: KnownHead): Promise<AuditVerdict> {
  const store = await connectStore(uri, { dbName: databaseOf(uri) });
  try {
    const { collections } = store;
    const keys = auditKeys(collections, createSealing(masterKeys, 'audit'));
    return await verifyAudit({ collections, keys: () => keys }, known);
  } finally {
    await store.close();
  }
}

/** Never makes one: a check with a new key would find everything wrong. */
async function givenKeys(config: Config): Promise<Uint8Array[]> {
  const file = join(config.dataDir, 'master.key');
  if (!config.masterKeys) {
    await readFile(file).catch(() => {
      throw new StartError(`There is no master key in ${file}. Give it in UPDRAFT_MASTER_KEY, or the directory in UPDRAFT_DATA_DIR.`);
    });
  }
  return readMasterKeys(config, { warn: () => undefined });
}

/** The MongoDB of the settings; that of an Updraft which runs here; or the embedded one, started for the check. */
async function mongoOf({ mongodbUri, dataDir }: Config): Promise<{ uri: string; stop(): Promise<void> }> {
  const nothing = async (): Promise<void> => undefined;
  if (mongodbUri) return { uri: mongodbUri, stop: nothing };
  try {
    // No Temporal is wanted.
    const { mongoUri, stop } = await startEmbedded({ dataDir, env: { ...process.env, TEMPORAL_ADDRESS: 'none' } });
    return { uri: mongoUri, stop };
  } catch (error) {
    const text = await readFile(join(dataDir, 'mongo.yaml'), 'utf8').catch(() => '');
    const uri = /^uri: (mongodb:\/\/\S+)$/m.exec(text)?.[1];
    if (!uri || !(error instanceof StartError)) throw error;
    return { uri, stop: nothing };
  }
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    const isKnown = error instanceof ConfigError || error instanceof StartError || error instanceof SealedByOther;
    process.stderr.write(`${isKnown || !(error instanceof Error) ? String((error as Error).message ?? error) : error.stack}\n`);
    process.exit(NOT_CHECKED);
  },
);
