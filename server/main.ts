import { ConfigError, readConfig, unknownVariables } from './config';
import { createLogger } from './logging';
import { startPlatform } from './platform';
import { onShutdown } from './shutdown';
import { quietTemporal } from './temporal-logging';

/** `npm start`: the roles of this process, until it is told to stop. */
async function main(): Promise<void> {
  const config = readConfig();
  const logger = createLogger(config.log);
  for (const variable of unknownVariables()) logger.warn({ variable }, 'This variable is not a setting: see docs/settings.md');
  quietTemporal(logger);
  const platform = await startPlatform(config, logger);
  onShutdown(() => platform.stop(), { onSignal: (signal) => logger.info({ signal }, 'Stopping') });
  const { apiUrl, explorerUrl, mqttUrl, mqttsUrl, mqttWsUrl, hookUrl, temporalUiUrl } = platform;
  const urls = { apiUrl, explorerUrl, mqttUrl, mqttsUrl, mqttWsUrl, hookUrl, temporalUiUrl };
  logger.info({ roles: config.roles, ...urls, pid: process.pid }, 'Updraft runs');
  if (platform.firstKey) {
    process.stdout.write(`\nAdministrator's API key, shown this once:\n\n  ${platform.firstKey}\n\n`);
  }
}

main().catch((error: unknown) => {
  const known = error instanceof ConfigError || (error instanceof Error && error.name === 'SetupError');
  process.stderr.write(`${known ? (error as Error).message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
