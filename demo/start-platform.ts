import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { type Config, readConfig } from '../server/config';
import { dataDirProblem } from '../server/data-dir-problem';
import { freePort } from '../server/embedded/free-port';
import { createLogger } from '../server/logging';
import { type Platform, startPlatform } from '../server/platform';
import { makeDirectory } from '../server/private-files';
import { quietTemporal } from '../server/temporal-logging';
import { DemoError } from './demo-error';

const DATA_DIR = join('.updraft', 'demo');

/** The settings of a demo: those of the environment, with data of its own and free ports where none is set. */
export async function demoConfig(env: NodeJS.ProcessEnv = process.env): Promise<Config> {
  const defaults = {
    UPDRAFT_DATA_DIR: DATA_DIR,
    UPDRAFT_HTTP_PORT: '0',
    UPDRAFT_MQTT_PORT: '0',
    UPDRAFT_MQTTS_PORT: '0',
    UPDRAFT_COAP_PORT: '0',
    UPDRAFT_COAPS_PORT: '0',
    UPDRAFT_TEMPORAL_UI_PORT: String(await freePort()),
    UPDRAFT_LOG_FORMAT: 'json',
  };
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const config = readConfig({ ...defaults, ...given });
  if (config.roles.length < 3) throw new DemoError('The demo needs all roles in its process: unset UPDRAFT_ROLES.');
  return config;
}

export const logFile = (dataDir: string): string => join(dataDir, 'updraft.log');

/** Logs go to a file: the terminal is for the picture. */
export async function startDemoPlatform(config: Config): Promise<Platform> {
  process.umask(0o077);
  await makeDirectory(config.dataDir).catch((error) => {
    throw dataDirProblem(error, config.dataDir) ?? error;
  });
  const destination = createWriteStream(logFile(config.dataDir), { flags: 'a', mode: 0o600 });
  destination.on('error', (error) => process.stderr.write(`The log can't be written: ${error.message}\n`));
  const logger = createLogger({ ...config.log, destination });
  quietTemporal(logger);
  return startPlatform(config, logger);
}
