import { ConfigError, readConfig, unknownVariables } from './config';
import { createLogger } from './logging';
import type { Platform } from './platform';
import { onShutdown } from './shutdown';

/** `npm start`: the roles of this process, until it is told to stop. */
async function main(): Promise<void> {
  const { answerToArguments } = await import('#setup/start-arguments.mjs');
  const answer = answerToArguments(process.argv.slice(2));
  if (answer) {
    process[answer.code === 0 ? 'stdout' : 'stderr'].write(answer.text);
    process.exit(answer.code);
  }
  // What this process and those it starts write is their user's alone.
  process.umask(0o077);
  const config = readConfig();
  const logger = createLogger(config.log);
  logger.info({ roles: config.roles, dataDir: config.dataDir, node: process.version }, 'Updraft starts');
  for (const variable of unknownVariables()) logger.warn({ variable }, 'This variable is not a setting: see docs/settings.md');
  // Loaded now, so that the line above is there at once.
  const [{ quietTemporal }, { startPlatform }] = await Promise.all([import('./temporal-logging.js'), import('./platform.js')]);
  quietTemporal(logger);
  const platform = await startPlatform(config, logger);
  onShutdown(() => platform.stop(), { onSignal: (signal) => logger.info({ signal }, 'Stopping') });
  const { apiUrl, explorerUrl, mqttUrl, mqttsUrl, mqttWsUrl, coapUrl, coapsUrl, hookUrl, temporalUiUrl } = platform;
  const urls = { apiUrl, explorerUrl, mqttUrl, mqttsUrl, mqttWsUrl, coapUrl, coapsUrl, hookUrl, temporalUiUrl, ...embedded(platform) };
  logger.info({ roles: config.roles, ...urls, pid: process.pid }, 'Updraft runs');
  if (platform.firstKey) {
    process.stdout.write(`\nAdministrator's API key, shown this once:\n\n  ${platform.firstKey}\n\n`);
  }
  const link = await platform.signInLink();
  if (link) process.stdout.write(`\nTo sign in with a browser, once, within 10 minutes:\n\n  ${link}\n\n`);
}

/** Where an operator's tools find the servers that run here; the password stays in the data directory. */
function embedded({ mongoUri, temporalAddress, pids }: Platform): { mongoUrl?: string; temporalAddress?: string } {
  return {
    ...(pids.mongod && { mongoUrl: withoutPassword(mongoUri) }),
    ...(pids.temporal && { temporalAddress }),
  };
}

function withoutPassword(uri: string): string {
  const url = new URL(uri);
  url.password = '';
  return url.href;
}

main().catch((error: unknown) => {
  const known = error instanceof ConfigError || (error instanceof Error && error.name === 'SetupError');
  process.stderr.write(`${known ? (error as Error).message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
