import type { RequestRates } from '../api/limits';
import type { AccessSettings } from '../core/access/settings';
import type { Retention } from '../core/batches/retention';
import { S3_FILE_BYTES, type S3Settings } from '../core/package-store/s3-store';
import type { CoapQuotas } from '../gateways/coap/quotas';
import type { MqttQuotas } from '../gateways/mqtt/quotas';
import type { CellSettings } from '../schema/model/cell/gate';
import type { Limits } from '../schema/model/limits';
import type { WaitsByDialect } from '../schema/model/task/waits';
import { type BrokerConfig, brokerSettingsOf } from './settings/broker-settings';
import { COAP_QUOTA_SETTINGS, coapQuotaVariable } from './settings/coap-settings';
import { readIssuers } from './settings/issuers';
import { LIMIT_SETTINGS, limitVariable } from './settings/limit-settings';
import { QUOTA_SETTINGS, quotaVariable } from './settings/quota-settings';
import { s3SettingsOf } from './settings/s3-settings';
import { type Role, SETTINGS, SETUP_VARIABLES, type Setting } from './settings/settings';
import { withoutCredentials } from './settings/urls';

export type { Role } from './settings/settings';

export interface Config {
  roles: readonly Role[];
  dataDir: string;
  host: string;
  /** 0 takes a free one. */
  httpPort: number;
  mqttPort: number;
  /** Null: no MQTT over TLS. */
  mqttsPort: number | null;
  /** Null: no MQTT over WebSocket. */
  mqttWsPort: number | null;
  /** Null: no port of its own for them. */
  metricsPort: number | null;
  quotas: MqttQuotas;
  /** UDP. Null: no CoAP without DTLS. */
  coapPort: number | null;
  /** UDP. Null: no CoAP over DTLS. */
  coapsPort: number | null;
  /** As devices reach it; IPv6 in brackets. Not set means the host of the public base URL, or where CoAP listens. */
  coapPublicHost?: string;
  coapQuotas: CoapQuotas;
  /** Not set: the embedded broker. */
  broker?: BrokerConfig;
  mqttsTls?: { certFile: string; keyFile: string };
  tls?: { certFile: string; keyFile: string };
  /** Without a slash at the end; not set means the address the API comes to listen on. */
  publicBaseUrl?: string;
  /** Hex, the newest first. Not set means one of the data directory. */
  masterKeys?: readonly string[];
  /** Not set means the embedded server, as with `temporalAddress`. */
  mongodbUri?: string;
  temporalAddress?: string;
  temporalNamespace: string;
  taskQueue: string;
  /** Of a web page of Temporal that is not the embedded one. */
  temporalUiUrl?: string;
  embedded: { mongoPort?: number; temporalPort?: number; temporalUiPort?: number };
  /** Not set: packages are kept in MongoDB (GridFS). */
  s3?: S3Settings;
  diskReserveBytes: number;
  packageCopiesBytes: number;
  /** What has ended goes after so many days; null: never. */
  retention: Retention;
  /** Days that the audit trail is kept. */
  auditDays: number;
  /** Days that numbers over time are kept. */
  seriesDays: number;
  gatewayId: string;
  explorer: boolean;
  console: boolean;
  corsOrigins: readonly string[];
  access: AccessSettings;
  /** R-UI-4. */
  requestRates: RequestRates;
  /** Each start prints a link that signs in. */
  signInLink: boolean;
  log: { level: string; format: 'auto' | 'json' | 'text' };
  reofferMinutes: number;
  /** R-FLOW-2. */
  waits: WaitsByDialect;
  /** R-FLOW-4. */
  cells: CellSettings;
  /** Hours. */
  iotdaHourTolerance: number;
  settleMs: number;
  minuteMs: number;
  limits: Limits;
}

/** All that is wrong with the settings, a line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly problems: readonly string[]) {
    super(`The settings are wrong:\n${problems.map((problem) => `  - ${problem}`).join('\n')}\nAll settings: docs/settings.md`);
  }
}

/** Reads the settings of `docs/settings.md`. Throws ConfigError with every problem at once. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const problems: string[] = [];
  const read = <T>(variable: string, setting: Setting<T>): T => {
    const given = env[variable];
    if (given === undefined || given === '') return setting.default;
    const result = setting.kind.parse.safeParse(given);
    if (result.success) return result.data;
    problems.push(problemOf(variable, given, setting));
    return setting.default;
  };
  const of = <K extends keyof typeof SETTINGS>(variable: K): (typeof SETTINGS)[K]['default'] =>
    read(variable, SETTINGS[variable] as Setting<(typeof SETTINGS)[K]['default']>);

  const host = of('UPDRAFT_HOST');
  const publicBaseUrl = of('UPDRAFT_PUBLIC_BASE_URL');
  const config: Config = {
    roles: of('UPDRAFT_ROLES'),
    dataDir: of('UPDRAFT_DATA_DIR'),
    host,
    httpPort: of('UPDRAFT_HTTP_PORT'),
    mqttPort: of('UPDRAFT_MQTT_PORT'),
    mqttsPort: of('UPDRAFT_MQTTS_PORT'),
    mqttWsPort: of('UPDRAFT_MQTT_WS_PORT'),
    metricsPort: of('UPDRAFT_METRICS_PORT'),
    quotas: Object.fromEntries(
      [...QUOTA_SETTINGS].map(([name, setting]) => [name, read(quotaVariable(name), setting)]),
    ) as unknown as MqttQuotas,
    coapPort: of('UPDRAFT_COAP_PORT'),
    coapsPort: of('UPDRAFT_COAPS_PORT'),
    coapPublicHost: of('UPDRAFT_COAP_PUBLIC_HOST'),
    coapQuotas: Object.fromEntries(
      [...COAP_QUOTA_SETTINGS].map(([name, setting]) => [name, read(coapQuotaVariable(name), setting)]),
    ) as unknown as CoapQuotas,
    broker: brokerSettingsOf(
      {
        url: of('UPDRAFT_MQTT_BROKER_URL'),
        username: of('UPDRAFT_MQTT_BROKER_USERNAME'),
        password: of('UPDRAFT_MQTT_BROKER_PASSWORD'),
        caFile: of('UPDRAFT_MQTT_BROKER_CA_FILE'),
        name: of('UPDRAFT_MQTT_BROKER_NAME'),
        presence: of('UPDRAFT_MQTT_BROKER_PRESENCE'),
        apiUrl: of('UPDRAFT_EMQX_API_URL'),
        apiKey: of('UPDRAFT_EMQX_API_KEY'),
        apiSecret: of('UPDRAFT_EMQX_API_SECRET'),
        hookPort: of('UPDRAFT_MQTT_HOOK_PORT'),
        hookSecret: of('UPDRAFT_MQTT_HOOK_SECRET'),
      },
      problems,
    ),
    mqttsTls: tlsOf('UPDRAFT_MQTTS', of('UPDRAFT_MQTTS_CERT_FILE'), of('UPDRAFT_MQTTS_KEY_FILE'), problems),
    tls: tlsOf('UPDRAFT_TLS', of('UPDRAFT_TLS_CERT_FILE'), of('UPDRAFT_TLS_KEY_FILE'), problems),
    publicBaseUrl,
    masterKeys: of('UPDRAFT_MASTER_KEY'),
    mongodbUri: of('MONGODB_URI'),
    temporalAddress: of('TEMPORAL_ADDRESS'),
    temporalNamespace: of('TEMPORAL_NAMESPACE'),
    taskQueue: of('TEMPORAL_TASK_QUEUE'),
    temporalUiUrl: of('UPDRAFT_TEMPORAL_UI_URL'),
    embedded: {
      mongoPort: of('UPDRAFT_MONGO_PORT'),
      temporalPort: of('UPDRAFT_TEMPORAL_PORT'),
      temporalUiPort: of('UPDRAFT_TEMPORAL_UI_PORT'),
    },
    s3: s3SettingsOf(
      {
        store: of('UPDRAFT_PACKAGE_STORE'),
        endpoint: of('UPDRAFT_S3_ENDPOINT'),
        bucket: of('UPDRAFT_S3_BUCKET'),
        region: of('UPDRAFT_S3_REGION'),
        accessKeyId: of('UPDRAFT_S3_ACCESS_KEY_ID'),
        secretAccessKey: of('UPDRAFT_S3_SECRET_ACCESS_KEY'),
        forcePathStyle: of('UPDRAFT_S3_FORCE_PATH_STYLE'),
      },
      problems,
    ),
    diskReserveBytes: of('UPDRAFT_DISK_RESERVE_MB') * 1024 ** 2,
    packageCopiesBytes: of('UPDRAFT_PACKAGE_COPIES_MB') * 1024 ** 2,
    retention: { tasksDays: of('UPDRAFT_KEEP_TASKS_DAYS'), batchesDays: of('UPDRAFT_KEEP_BATCHES_DAYS') },
    auditDays: of('UPDRAFT_KEEP_AUDIT_DAYS'),
    seriesDays: of('UPDRAFT_KEEP_SERIES_DAYS'),
    gatewayId: of('UPDRAFT_GATEWAY_ID'),
    explorer: of('UPDRAFT_EXPLORER') ?? isLoopback(host),
    console: of('UPDRAFT_CONSOLE'),
    corsOrigins: of('UPDRAFT_CORS_ORIGINS'),
    access: {
      issuers: readIssuers(of('UPDRAFT_ISSUERS_FILE'), problems),
      session: { hours: of('UPDRAFT_SESSION_HOURS'), idleMinutes: of('UPDRAFT_SESSION_IDLE_MINUTES') },
    },
    requestRates: {
      key: of('UPDRAFT_KEY_REQUESTS_PER_SECOND'),
      person: of('UPDRAFT_PERSON_REQUESTS_PER_SECOND'),
      appUser: of('UPDRAFT_APP_USER_REQUESTS_PER_SECOND'),
      burstSeconds: of('UPDRAFT_REQUEST_BURST_SECONDS'),
    },
    signInLink: of('UPDRAFT_SIGN_IN_LINK') ?? (isLoopback(host) && publicBaseUrl === undefined),
    log: { level: of('UPDRAFT_LOG_LEVEL'), format: of('UPDRAFT_LOG_FORMAT') },
    reofferMinutes: of('UPDRAFT_REOFFER_MINUTES'),
    waits: {
      IOTDA: {
        onlineMinutes: of('UPDRAFT_IOTDA_ONLINE_MINUTES'),
        versionMinutes: of('UPDRAFT_IOTDA_VERSION_MINUTES'),
        resultMinutes: of('UPDRAFT_IOTDA_DOWNLOAD_MINUTES'),
        confirmMinutes: of('UPDRAFT_IOTDA_CONFIRM_MINUTES'),
      },
      LWM2M: {
        onlineMinutes: of('UPDRAFT_LWM2M_ONLINE_MINUTES'),
        versionMinutes: of('UPDRAFT_LWM2M_VERSION_MINUTES'),
        signalMinutes: of('UPDRAFT_LWM2M_SIGNAL_MINUTES'),
        cellSlotMinutes: of('UPDRAFT_LWM2M_CELL_SLOT_MINUTES'),
        startMinutes: of('UPDRAFT_LWM2M_START_MINUTES'),
        downloadMinutes: of('UPDRAFT_LWM2M_DOWNLOAD_MINUTES'),
        executeMinutes: of('UPDRAFT_LWM2M_EXECUTE_MINUTES'),
        updateMinutes: of('UPDRAFT_LWM2M_UPDATE_MINUTES'),
        resultMinutes: of('UPDRAFT_LWM2M_RESULT_MINUTES'),
        checkMinutes: of('UPDRAFT_LWM2M_CHECK_MINUTES'),
        deferMinutes: of('UPDRAFT_LWM2M_DEFER_MINUTES'),
      },
    },
    cells: {
      slots: {
        '0': of('UPDRAFT_CELL_SLOTS_0'),
        '1': of('UPDRAFT_CELL_SLOTS_1'),
        '2': of('UPDRAFT_CELL_SLOTS_2'),
        CELL: of('UPDRAFT_CELL_SLOTS_CELL'),
      },
      ranges: { rsrp: of('UPDRAFT_CELL_RSRP'), sinr: of('UPDRAFT_CELL_SINR') },
      enforced: of('UPDRAFT_CELL_ENFORCED'),
    },
    iotdaHourTolerance: of('UPDRAFT_IOTDA_HOUR_TOLERANCE'),
    settleMs: of('UPDRAFT_SETTLE_MS'),
    minuteMs: of('UPDRAFT_MINUTE_MS'),
    limits: Object.fromEntries([...LIMIT_SETTINGS].map(([name, setting]) => [name, read(limitVariable(name), setting)])) as Limits,
  };
  checkTogether(config, problems);
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

/** Variables that look like ours and are not: misspelt, most likely. */
export function unknownVariables(env: NodeJS.ProcessEnv = process.env): string[] {
  const limits = [...LIMIT_SETTINGS.keys()].map(limitVariable);
  const quotas = [...QUOTA_SETTINGS.keys()].map(quotaVariable);
  const coapQuotas = [...COAP_QUOTA_SETTINGS.keys()].map(coapQuotaVariable);
  const known = new Set([...Object.keys(SETTINGS), ...Object.keys(SETUP_VARIABLES), ...limits, ...quotas, ...coapQuotas]);
  return Object.keys(env).filter((variable) => variable.startsWith('UPDRAFT_') && !known.has(variable));
}

function problemOf(variable: string, given: string, { kind, example, secret }: Setting<unknown>): string {
  const told = withoutCredentials(given);
  const shown = secret ? 'not understood' : `"${told.slice(0, 60)}${told.length > 60 ? '…' : ''}"`;
  return `${variable} is ${shown}: expected ${kind.expected}, for example ${variable}=${example}`;
}

function tlsOf(prefix: string, certFile: string | undefined, keyFile: string | undefined, problems: string[]): Config['tls'] {
  if (certFile && keyFile) return { certFile, keyFile };
  if (certFile) problems.push(`${prefix}_KEY_FILE is not set: expected the key of ${prefix}_CERT_FILE, or neither of the two`);
  if (keyFile) problems.push(`${prefix}_CERT_FILE is not set: expected the certificate of ${prefix}_KEY_FILE, or neither of the two`);
  return undefined;
}

function checkTogether({ host, publicBaseUrl, limits, s3 }: Config, problems: string[]): void {
  if (s3 && limits.fileBytes > S3_FILE_BYTES) {
    problems.push(`UPDRAFT_LIMIT_FILE_BYTES is ${limits.fileBytes}: expected at most ${S3_FILE_BYTES} with UPDRAFT_PACKAGE_STORE=s3`);
  }
  if ((host === '0.0.0.0' || host === '::') && !publicBaseUrl) {
    problems.push(
      `UPDRAFT_PUBLIC_BASE_URL is not set: with UPDRAFT_HOST=${host} expected the URL devices download from, for example UPDRAFT_PUBLIC_BASE_URL=${SETTINGS.UPDRAFT_PUBLIC_BASE_URL.example}`,
    );
  }
  for (const pair of [['rateMinimum', 'rateMaximum'] as const, ['timeoutMinimum', 'timeoutMaximum'] as const]) {
    const [low, high] = pair;
    if (limits[low] > limits[high]) {
      problems.push(`${limitVariable(low)} is ${limits[low]}: expected at most ${limitVariable(high)}, which is ${limits[high]}`);
    }
  }
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || host.startsWith('127.');
