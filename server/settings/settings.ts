import { hostname } from 'node:os';
import { WORKFLOW_QUEUE } from '../../schema/model/ids';
import { BROKER_SETTINGS } from './broker-settings';
import { CELL_SETTINGS } from './cell-settings';
import { COAP_SETTINGS } from './coap-settings';
import * as kinds from './kinds';
import { RATE_SETTINGS } from './rate-settings';
import { SESSION_SETTINGS } from './session-settings';
import { optional, setting } from './setting';
import { hostAndPort, origins, urlOf } from './urls';
import { WAIT_SETTINGS } from './wait-settings';

export type { Setting } from './setting';

export const ROLES = ['api', 'worker', 'gateway'] as const;
export type Role = (typeof ROLES)[number];

const HOST = /^[0-9A-Za-z.:_-]{1,253}$/;

/** Every variable the platform reads, limits apart; `docs/settings.md` is made from this table. */
export const SETTINGS = {
  UPDRAFT_ROLES: setting(kinds.someOf('all', ...ROLES), ROLES, {
    defaultText: 'all',
    about: 'What this process does: answer the API, run workflows, hold device connections.',
    example: 'api,worker',
  }),
  UPDRAFT_DATA_DIR: setting(kinds.path, '.updraft', {
    about: 'Where embedded servers keep their data and logs, and copies of package files are while they are downloaded.',
    example: '/var/lib/updraft',
  }),
  UPDRAFT_HOST: setting(kinds.text(HOST, 'a host name or address'), '127.0.0.1', {
    about: 'Address the API, the MQTT broker and CoAP listen on. Beyond loopback, set UPDRAFT_PUBLIC_BASE_URL too.',
    example: '0.0.0.0',
  }),
  UPDRAFT_HTTP_PORT: setting(kinds.port, 8080, { about: 'Port of the API, uploads and downloads.', example: '8080' }),
  UPDRAFT_MQTT_PORT: setting(kinds.port, 1883, { about: 'Port of the embedded MQTT broker.', example: '1883' }),
  UPDRAFT_MQTTS_PORT: setting(kinds.portOrOff as kinds.Kind<number | null>, 8883 as number | null, {
    about: 'Port of the embedded MQTT broker over TLS, beside the plain one.',
    example: '8883',
  }),
  UPDRAFT_MQTT_WS_PORT: setting(kinds.portOrOff as kinds.Kind<number | null>, null as number | null, {
    defaultText: 'off',
    about:
      'Port of the embedded MQTT broker over WebSocket (path `/mqtt`), beside the plain one; over TLS where a certificate is set for MQTT or HTTPS.',
    example: '9001',
  }),
  UPDRAFT_METRICS_PORT: setting(kinds.portOrOff as kinds.Kind<number | null>, null as number | null, {
    defaultText: 'off',
    about:
      'Port on loopback that serves `/metrics` of this process to API keys of the role viewer and above; the API serves the same on its own port.',
    example: '9464',
  }),
  UPDRAFT_MQTTS_CERT_FILE: optional(kinds.path, {
    defaultText: 'that of UPDRAFT_TLS_CERT_FILE, or one made on the first start, in the data directory',
    about: 'Certificate chain (PEM) of MQTT over TLS.',
    example: '/etc/updraft/mqtt-cert.pem',
  }),
  UPDRAFT_MQTTS_KEY_FILE: optional(kinds.path, {
    defaultText: 'that of UPDRAFT_TLS_KEY_FILE, or one made with the certificate',
    about: 'Private key (PEM) of that certificate.',
    example: '/etc/updraft/mqtt-key.pem',
  }),
  UPDRAFT_TLS_CERT_FILE: optional(kinds.path, {
    about: 'Certificate chain (PEM); with the key, HTTPS instead of HTTP.',
    example: '/etc/updraft/cert.pem',
  }),
  UPDRAFT_TLS_KEY_FILE: optional(kinds.path, { about: 'Private key (PEM) of the certificate.', example: '/etc/updraft/key.pem' }),
  UPDRAFT_PUBLIC_BASE_URL: optional(urlOf('UPDRAFT_PUBLIC_BASE_URL'), {
    defaultText: 'the address it listens on',
    about: 'What download URLs begin with, as devices reach it.',
    example: 'https://fw.example.com',
  }),
  UPDRAFT_MASTER_KEY: optional(kinds.masterKeys, {
    defaultText: 'made on the first start, in the data directory',
    about:
      'What secrets in the store are encrypted under. The newest first; older ones only open. `openssl rand -hex 32` makes one. The same for all processes.',
    example: '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
    secret: true,
  }),
  MONGODB_URI: optional(urlOf('MONGODB_URI'), {
    defaultText: 'embedded mongod',
    about: 'MongoDB to use: a replica set or sharded cluster, 6.0 or newer.',
    example: 'mongodb://db1,db2,db3/updraft?replicaSet=rs0',
    secret: true,
  }),
  TEMPORAL_ADDRESS: optional(hostAndPort, {
    defaultText: 'embedded Temporal',
    about: 'Temporal frontend to use.',
    example: 'temporal.example.com:7233',
  }),
  TEMPORAL_NAMESPACE: setting(kinds.text(/^[\w.-]{2,255}$/, 'a namespace: letters, digits, dots, dashes'), 'default', {
    about: "Temporal's namespace. Each installation needs one of its own: workflows are named by batches and devices.",
    example: 'updraft',
  }),
  TEMPORAL_TASK_QUEUE: setting(kinds.text(/^[\w.-]{1,200}$/, 'a task queue: letters, digits, dots, dashes'), WORKFLOW_QUEUE, {
    about:
      'Task queue of the workflows, the same for all processes. It keeps no two installations apart: for that there is TEMPORAL_NAMESPACE.',
    example: 'updraft-eu',
  }),
  UPDRAFT_PACKAGE_STORE: setting(kinds.oneOf('gridfs', 's3'), 'gridfs', {
    about: 'Where package files are kept: in MongoDB (GridFS), or in a bucket of an S3-compatible server.',
    example: 's3',
  }),
  UPDRAFT_S3_ENDPOINT: optional(urlOf('UPDRAFT_S3_ENDPOINT'), {
    defaultText: "Amazon's",
    about: 'The S3-compatible server.',
    example: 'https://s3.example.com',
  }),
  UPDRAFT_S3_BUCKET: optional(kinds.text(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of a bucket'), {
    about:
      'The bucket, which must exist. A rule of the bucket that ends unfinished multipart uploads must leave them as long as UPDRAFT_LIMIT_UPLOAD_HOURS.',
    example: 'updraft-packages',
  }),
  UPDRAFT_S3_REGION: setting(kinds.text(/^[\w-]{1,64}$/, 'the name of a region'), 'us-east-1', {
    about: 'Region of the bucket.',
    example: 'eu-central-1',
  }),
  UPDRAFT_S3_ACCESS_KEY_ID: optional(kinds.text(/^\S{1,256}$/, 'an access key id'), {
    defaultText: "what the process's environment grants",
    about: 'Access key of the S3-compatible server.',
    example: 'AKIAIOSFODNN7EXAMPLE',
  }),
  UPDRAFT_S3_SECRET_ACCESS_KEY: optional(kinds.text(/^\S{1,1024}$/, 'a secret access key'), {
    about: 'Secret of the access key.',
    example: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    secret: true,
  }),
  UPDRAFT_S3_FORCE_PATH_STYLE: setting(kinds.onOff, false, {
    defaultText: 'off',
    about: 'The bucket in the path instead of the host name, as most servers other than Amazon want it.',
    example: 'on',
  }),
  UPDRAFT_PACKAGE_COPIES_MB: setting(kinds.wholeNumber(0, 10_000_000, 'MiB'), 2_048, {
    about: 'Disk, under the data directory, for copies of the package files that are being downloaded; 0 reads all from the store.',
    example: '20480',
  }),
  UPDRAFT_KEEP_TASKS_DAYS: setting(kinds.daysOrOff as kinds.Kind<number | null>, null as number | null, {
    defaultText: 'off: for ever',
    about:
      'Days after the end of a batch that its tasks are kept. Then they are removed, and the batch keeps their counts. The same for all processes with the role api.',
    example: '90',
  }),
  UPDRAFT_KEEP_BATCHES_DAYS: setting(kinds.daysOrOff as kinds.Kind<number | null>, null as number | null, {
    defaultText: 'off: for ever',
    about:
      'Days after its end that a batch is kept. Then it is removed with its tasks, and its idempotency key is free again. The same for all processes with the role api.',
    example: '730',
  }),
  UPDRAFT_KEEP_AUDIT_DAYS: setting(kinds.wholeNumber(1, 36_500, 'days'), 400, {
    about:
      'Days that entries of the audit trail are kept (docs/audit.md). Then they are removed behind a signed checkpoint. The same for all processes with the role api.',
    example: '730',
  }),
  UPDRAFT_KEEP_SERIES_DAYS: setting(kinds.wholeNumber(1, 36_500, 'days'), 400, {
    about:
      'Days that the numbers of batches and of the platform over time are kept, by the hour; by the minute for 2 of them, by 10 minutes for 30. The same for all processes with the role api.',
    example: '730',
  }),
  UPDRAFT_DISK_RESERVE_MB: setting(kinds.wholeNumber(0, 10_000_000, 'MiB'), 1_024, {
    about:
      'Disk that uploads leave free for the embedded servers, or for MongoDB where it tells how much it has; at most a quarter of a small disk. Below it uploads are refused with DISK_FULL.',
    example: '4096',
  }),
  UPDRAFT_MONGO_PORT: optional(kinds.fixedPort, { defaultText: 'a free one', about: 'Port of the embedded mongod.', example: '27017' }),
  UPDRAFT_TEMPORAL_PORT: optional(kinds.fixedPort, { defaultText: 'a free one', about: 'Port of the embedded Temporal.', example: '7233' }),
  UPDRAFT_TEMPORAL_UI_PORT: optional(kinds.fixedPort, {
    defaultText: 'no web page',
    about: "Port of the embedded Temporal's web page.",
    example: '8233',
  }),
  UPDRAFT_TEMPORAL_UI_URL: optional(urlOf('UPDRAFT_TEMPORAL_UI_URL'), {
    defaultText: 'that of the embedded web page, if it is on',
    about: "Address of Temporal's web page, as browsers of people reach it: tasks and batches link to their workflows there.",
    example: 'https://temporal.example.com',
  }),
  UPDRAFT_GATEWAY_ID: setting(kinds.text(/^[\w.-]{1,64}$/, '1 to 64 letters, digits, dots, dashes or underscores'), gatewayName(), {
    defaultText: "the host's name",
    about: 'Name of this gateway, which no other running one may have and which stays over restarts.',
    example: 'gateway-eu-1',
  }),
  ...SESSION_SETTINGS,
  ...RATE_SETTINGS,
  ...COAP_SETTINGS,
  ...CELL_SETTINGS,
  ...BROKER_SETTINGS,
  UPDRAFT_CORS_ORIGINS: setting(origins, [], {
    defaultText: 'none: only pages from the API itself',
    about: 'Origins whose pages may use the API in a browser: GraphQL, over HTTP and WebSocket, uploads, imports, lists and CSV files.',
    example: 'https://console.example.com,http://localhost:5173',
  }),
  UPDRAFT_CONSOLE: setting(kinds.onOff, true, {
    about: 'The web console, at the bare address of the API.',
    example: 'off',
  }),
  UPDRAFT_EXPLORER: optional(kinds.onOff, {
    defaultText: 'on for a loopback address',
    about: 'GraphQL explorer at /explorer/, and introspection, of the schema alone also without a key.',
    example: 'off',
  }),
  UPDRAFT_LOG_LEVEL: setting(kinds.oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'), 'info', {
    about: 'Least important messages that are logged.',
    example: 'debug',
  }),
  UPDRAFT_LOG_FORMAT: setting(kinds.oneOf('auto', 'json', 'text'), 'auto', {
    about: 'JSON lines, or text to read; auto takes text on a terminal.',
    example: 'json',
  }),
  UPDRAFT_REOFFER_MINUTES: setting(kinds.wholeNumber(1, 1_440, 'minutes'), 10, {
    about: 'A push that a connected device did not react to is repeated after so long.',
    example: '10',
  }),
  UPDRAFT_SETTLE_MS: setting(kinds.wholeNumber(0, 600_000, 'milliseconds'), 2_000, {
    about: 'After a device connects, its version report is awaited so long before a push (without it the stored version is taken).',
    example: '2000',
  }),
  ...WAIT_SETTINGS,
  UPDRAFT_IOTDA_HOUR_TOLERANCE: setting(kinds.wholeNumber(0, 24, 'hours'), 1, {
    about: "Hours by which an IoTDA device's clock may be off, where its client id asks for the check.",
    example: '1',
  }),
  UPDRAFT_MINUTE_MS: setting(kinds.wholeNumber(10, 60_000, 'milliseconds'), 60_000, {
    about: "Length of a policy's minute. Shorter only to test with.",
    example: '60000',
  }),
} as const;

/** Read by set-up, before the platform runs. */
export const SETUP_VARIABLES = {
  UPDRAFT_CACHE_DIR: {
    about: 'Where downloaded server programs are kept.',
    defaultText: '~/.cache/updraft',
    example: '/opt/updraft/cache',
  },
  UPDRAFT_MONGOD: { about: 'The mongod to run.', defaultText: 'PATH, cache, download', example: '/usr/bin/mongod' },
  UPDRAFT_TEMPORAL: { about: 'The Temporal CLI to run.', defaultText: 'PATH, cache, download', example: '/usr/local/bin/temporal' },
  UPDRAFT_TEST_MONGODB_URI: { about: 'MongoDB for the tests.', defaultText: 'embedded', example: 'mongodb://127.0.0.1/?replicaSet=rs0' },
  UPDRAFT_TEST_S3_ENDPOINT: {
    about:
      'S3-compatible server for the tests, which make a bucket of their own there; the keys are those of UPDRAFT_TEST_S3_ACCESS_KEY_ID and UPDRAFT_TEST_S3_SECRET_ACCESS_KEY.',
    defaultText: 'moto, got by pip',
    example: 'http://127.0.0.1:9000',
  },
  UPDRAFT_TEST_S3_ACCESS_KEY_ID: { about: 'Its access key.', defaultText: 'test', example: 'test' },
  UPDRAFT_TEST_S3_SECRET_ACCESS_KEY: { about: 'Its secret.', defaultText: 'test', example: 'test' },
  UPDRAFT_TEST_MOSQUITTO: {
    about: 'The Mosquitto for tests and benchmark.',
    defaultText: 'the installed one, else from Debian',
    example: '/usr/sbin/mosquitto',
  },
  UPDRAFT_TEST_CHROMIUM: {
    about: 'The Chromium for tests.',
    defaultText: 'the installed one, else from Debian',
    example: '/usr/bin/chromium',
  },
  UPDRAFT_TEST_NGINX: {
    about: 'The nginx for the benchmark.',
    defaultText: 'the installed one, else from Debian',
    example: '/usr/sbin/nginx',
  },
  UPDRAFT_TEST_OPENSSL: {
    about: 'The OpenSSL program for tests of DTLS.',
    defaultText: 'the installed one, else from Debian',
    example: '/usr/bin/openssl',
  },
  UPDRAFT_TEST_COAP_CLIENT_OPENSSL: {
    about: 'The `coap-client` of libcoap with OpenSSL, for tests and benchmark.',
    defaultText: 'the installed one, else from Debian',
    example: '/usr/bin/coap-client-openssl',
  },
  UPDRAFT_TEST_COAP_SERVER_OPENSSL: {
    about: 'The `coap-server` of libcoap with OpenSSL, for the benchmark.',
    defaultText: 'the installed one, else from Debian',
    example: '/usr/bin/coap-server-openssl',
  },
  UPDRAFT_TEST_COAP_CLIENT_GNUTLS: {
    about: 'The `coap-client` of libcoap with GnuTLS, for tests.',
    defaultText: 'the installed one, else from Debian',
    example: '/usr/bin/coap-client-gnutls',
  },
  UPDRAFT_TEST_TEMPORAL_ADDRESS: { about: 'Temporal for the tests.', defaultText: 'embedded', example: '127.0.0.1:7233' },
} as const;

function gatewayName(): string {
  return (
    hostname()
      .replace(/[^\w.-]/g, '-')
      .slice(0, 64) || 'gateway'
  );
}
