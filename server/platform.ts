import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import type { CoreParts } from '../core/core-parts';
import type { WorkerOptions } from '../workflows/worker';
import type { Config } from './config';
import { startFoundation } from './foundation';
import { Parts } from './part';
import { portProblem } from './ports';

export interface Platform {
  apiUrl?: string;
  explorerUrl?: string;
  mqttUrl?: string;
  mqttsUrl?: string;
  /** Where an external broker asks who may connect. */
  hookUrl?: string;
  mqttWsUrl?: string;
  coapUrl?: string;
  coapsUrl?: string;
  /** Where the process has a port for it. */
  metricsUrl?: string;
  temporalUiUrl?: string;
  mongoUri: string;
  temporalAddress: string;
  /** The administrator's key, on the very first start only. */
  firstKey: string | null;
  /** Makes what signs an administrator in, once, within 10 minutes; null where the setting is off, or this process has no API. */
  signInLink(returnTo?: string): Promise<string | null>;
  /** Of the embedded servers. */
  readonly pids: { mongod?: number; temporal?: number };
  parts: CoreParts;
  stop(): Promise<void>;
}

export type PlatformOptions = Pick<WorkerOptions, 'decorateActivities' | 'workflowBundle'>;

/** Starts the roles of this process, and the servers that no setting names. */
export async function startPlatform(config: Config, logger: Logger, options: PlatformOptions = {}): Promise<Platform> {
  const foundation = await startFoundation(config, logger);
  const running = new Parts((error) => logger.error({ error }, 'A part did not stop as it should'));
  running.add(foundation);
  /** Of this process. */
  const registry = new Registry();
  const start = async (): Promise<Platform> => {
    // A role that does not run here is not loaded either: a gateway has no use for a GraphQL schema.
    const worker = config.roles.includes('worker') ? await (await import('./roles/worker.js')).startWorker(foundation, options) : null;
    if (worker) running.add(worker);
    const gateway = config.roles.includes('gateway')
      ? await (await import('./roles/gateway.js')).startGateway(foundation, registry, options.decorateActivities)
      : null;
    if (gateway) running.add(gateway);
    const api = config.roles.includes('api') ? await (await import('./roles/api.js')).startApi(foundation, registry, gateway) : null;
    if (api) running.add(api);
    const { metricsPort } = config;
    const metrics =
      metricsPort === null ? null : await (await import('./metrics-server.js')).startMetricsServer(foundation.parts, registry, metricsPort);
    if (metrics) running.add(metrics);
    // Last: a start that fails must not use up the one time the key is shown.
    const firstKey = await foundation.parts.core.access.bootstrap();
    return {
      apiUrl: api?.url,
      explorerUrl: api?.explorerUrl,
      mqttUrl: gateway?.mqttUrl,
      mqttsUrl: gateway?.mqttsUrl,
      hookUrl: gateway?.hookUrl,
      mqttWsUrl: gateway?.mqttWsUrl,
      coapUrl: gateway?.coapUrl,
      coapsUrl: gateway?.coapsUrl,
      metricsUrl: metrics?.metricsUrl,
      temporalUiUrl: foundation.servers.temporalUiUrl,
      mongoUri: foundation.servers.mongoUri,
      temporalAddress: foundation.servers.temporalAddress,
      firstKey,
      signInLink: async (returnTo) => (api && config.signInLink ? signInLinkAt(api.url, foundation.parts, returnTo) : null),
      get pids() {
        return foundation.servers.pids;
      },
      parts: foundation.parts,
      stop: () => running.stop(),
    };
  };
  return running.orStop(start).catch((error) => {
    throw portProblem(error, config) ?? error;
  });
}

async function signInLinkAt(url: string, { core }: CoreParts, returnTo?: string): Promise<string> {
  const token = await core.access.createSignInLink();
  return `${url}/signin/link?${new URLSearchParams({ token, ...(returnTo && { returnTo }) })}`;
}
