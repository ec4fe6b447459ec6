import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MQTT_QUOTAS } from '../../../gateways/mqtt/quotas';
import { DEFAULT_CELLS } from '../../../schema/model/cell/gate';
import { DEFAULT_LIMITS } from '../../../schema/model/limits';
import { DEFAULT_WAITS } from '../../../schema/model/task/waits';
import { readConfig, unknownVariables } from '../../../server/config';
import { SETTINGS } from '../../../server/settings/settings';
import { settingsDocument } from '../../../server/settings/settings-document';
import { WAIT_SETTINGS } from '../../../server/settings/wait-settings';
import { configProblems } from '../../support/config-problems';

test('without settings everything runs here, on loopback, with embedded servers', () => {
  expect(readConfig({})).toMatchObject({
    roles: ['api', 'worker', 'gateway'],
    host: '127.0.0.1',
    dataDir: '.updraft',
    explorer: true,
    console: true,
    mongodbUri: undefined,
    temporalAddress: undefined,
    publicBaseUrl: undefined,
    minuteMs: 60_000,
    limits: DEFAULT_LIMITS,
  });
});

test('settings are read into values', () => {
  const config = readConfig({
    UPDRAFT_ROLES: 'api,gateway,api',
    UPDRAFT_HOST: '0.0.0.0',
    UPDRAFT_PUBLIC_BASE_URL: 'https://fw.example.com/',
    UPDRAFT_HTTP_PORT: '0',
    UPDRAFT_TLS_CERT_FILE: 'cert.pem',
    UPDRAFT_TLS_KEY_FILE: 'key.pem',
    UPDRAFT_LIMIT_FILE_BYTES: '2000000000',
    UPDRAFT_LIMIT_RETRY_COUNTS: '1,3',
    MONGODB_URI: '',
  });
  expect(config).toMatchObject({
    roles: ['api', 'gateway'],
    publicBaseUrl: 'https://fw.example.com',
    httpPort: 0,
    explorer: false,
    tls: { certFile: 'cert.pem', keyFile: 'key.pem' },
    mongodbUri: undefined,
    limits: { ...DEFAULT_LIMITS, fileBytes: 2_000_000_000, retryCounts: [1, 3] },
  });
});

test('R-FLOW-2 R-FLOW-3 each wait of an upgrade that the platform leads has a setting of its own', () => {
  expect(readConfig({}).waits).toEqual(DEFAULT_WAITS);
  const variables = Object.keys(WAIT_SETTINGS);
  const config = readConfig(Object.fromEntries(variables.map((variable, index) => [variable, `${100 + index}`])));
  const minutes = Object.values(config.waits).flatMap((ofDialect) => Object.values(ofDialect));
  expect([...minutes].sort()).toEqual(variables.map((_, index) => 100 + index));
  for (const variable of variables) expect(configProblems({ [variable]: '0' })).toEqual([expect.stringContaining(variable)]);
});

test('R-FLOW-4 radio cells are read from their settings, and their borders descend', () => {
  expect(readConfig({}).cells).toEqual(DEFAULT_CELLS);
  const config = readConfig({
    UPDRAFT_CELL_SLOTS_0: '20',
    UPDRAFT_CELL_SLOTS_CELL: '2',
    UPDRAFT_CELL_RSRP: '-100,-110.5,-120',
    UPDRAFT_CELL_SINR: '10,0,-5',
    UPDRAFT_CELL_ENFORCED: 'on',
  });
  expect(config.cells).toEqual({
    slots: { '0': 20, '1': 10, '2': 1, CELL: 2 },
    ranges: { rsrp: [-100, -110.5, -120], sinr: [10, 0, -5] },
    enforced: true,
  });
  for (const wrong of [
    '-100,-110',
    '-120,-110,-100',
    '-100,-100,-110',
    '-100,-110,-120,-130',
    '-1e2,-110,-120',
    '0,-10,-20',
    '-100;-110;-120',
  ])
    expect(configProblems({ UPDRAFT_CELL_RSRP: wrong })).toEqual([
      `UPDRAFT_CELL_RSRP is "${wrong}": expected three numbers of dBm from -1 down to -200, each below the one before, with commas between, for example UPDRAFT_CELL_RSRP=-105,-115,-125`,
    ]);
  expect(configProblems({ UPDRAFT_CELL_SLOTS_2: '0' })).toHaveLength(1);
});

test('an external broker is read from its settings, and what belongs together is asked for together', () => {
  const url = { UPDRAFT_MQTT_BROKER_URL: 'mqtts://mqtt.example.com:8883/' };
  expect(readConfig({ ...url, UPDRAFT_MQTT_BROKER_USERNAME: 'updraft', UPDRAFT_MQTT_BROKER_PASSWORD: 'secret' }).broker).toEqual({
    ...{ url: 'mqtts://mqtt.example.com:8883', name: 'main', presence: 'messages', username: 'updraft', password: 'secret' },
  });
  expect(readConfig({}).broker).toBeUndefined();
  const api = { UPDRAFT_EMQX_API_URL: 'http://emqx:18083', UPDRAFT_EMQX_API_KEY: 'key', UPDRAFT_EMQX_API_SECRET: 'secret' };
  expect(configProblems({ ...url, UPDRAFT_MQTT_BROKER_PASSWORD: 'secret' })[0]).toContain('UPDRAFT_MQTT_BROKER_USERNAME is not set');
  expect(configProblems({ ...url, UPDRAFT_MQTT_HOOK_PORT: '8085' })[0]).toContain('UPDRAFT_MQTT_HOOK_SECRET is not set');
  expect(configProblems({ UPDRAFT_MQTT_HOOK_PORT: '8085' })[0]).toContain('UPDRAFT_MQTT_BROKER_URL is not set');
  expect(configProblems({ ...url, ...api })[0]).toContain('UPDRAFT_MQTT_BROKER_PRESENCE is "messages"');
  expect(configProblems({ ...url, ...api, UPDRAFT_EMQX_API_KEY: '', UPDRAFT_MQTT_BROKER_PRESENCE: 'emqx' })[0]).toContain(
    'UPDRAFT_EMQX_API_KEY',
  );
  for (const wrong of ['mqtt://user:password@host', 'http://host', 'mqtt://', 'mqtt://host/path']) {
    expect(configProblems({ UPDRAFT_MQTT_BROKER_URL: wrong })).toHaveLength(1);
  }
});

test.each([
  [
    'UPDRAFT_HTTP_PORT',
    '70000',
    'UPDRAFT_HTTP_PORT is "70000": expected a port from 0 to 65535 (0 takes a free one), for example UPDRAFT_HTTP_PORT=8080',
  ],
  [
    'UPDRAFT_ROLES',
    'api,cook',
    'UPDRAFT_ROLES is "api,cook": expected all, or some of api, worker, gateway with commas between, for example UPDRAFT_ROLES=api,worker',
  ],
  ...[
    '*',
    'null',
    'https://a.example/',
    'https://a.example/app',
    'https://A.example',
    'https://a.example:443',
    'a.example',
    'https://a.example,*',
  ].map((value): [string, string, string] => [
    'UPDRAFT_CORS_ORIGINS',
    value,
    `UPDRAFT_CORS_ORIGINS is "${value}": expected origins as browsers send them, with commas between: http:// or https://, a host in lower case, and the port unless it is the usual one; nothing behind it, and no *, for example UPDRAFT_CORS_ORIGINS=https://console.example.com,http://localhost:5173`,
  ]),
  ['UPDRAFT_EXPLORER', 'yes', 'UPDRAFT_EXPLORER is "yes": expected on or off, for example UPDRAFT_EXPLORER=off'],
  [
    'UPDRAFT_MINUTE_MS',
    '1.5',
    'UPDRAFT_MINUTE_MS is "1.5": expected a whole number of milliseconds from 10 to 60000, for example UPDRAFT_MINUTE_MS=60000',
  ],
  [
    'UPDRAFT_PUBLIC_BASE_URL',
    'fw.example',
    'UPDRAFT_PUBLIC_BASE_URL is "fw.example": expected http:// or https://, a host and perhaps a port and a path, without user name, password, query, fragment or blanks, for example UPDRAFT_PUBLIC_BASE_URL=https://fw.example.com',
  ],
  [
    'TEMPORAL_ADDRESS',
    'temporal',
    'TEMPORAL_ADDRESS is "temporal": expected host:port, for example TEMPORAL_ADDRESS=temporal.example.com:7233',
  ],
  [
    'UPDRAFT_LIMIT_PACKAGES',
    '2147483648',
    'UPDRAFT_LIMIT_PACKAGES is "2147483648": expected a whole number of packages from 1 to 2147483647, for example UPDRAFT_LIMIT_PACKAGES=500',
  ],
  [
    'UPDRAFT_LIMIT_RETRY_COUNTS',
    '1,1001',
    'UPDRAFT_LIMIT_RETRY_COUNTS is "1,1001": expected whole numbers of retries from 0 to 1000 with commas between, for example UPDRAFT_LIMIT_RETRY_COUNTS=1,2,5',
  ],
  ['UPDRAFT_LIMIT_RATE_MAXIMUM', '5', 'UPDRAFT_LIMIT_RATE_MINIMUM is 10: expected at most UPDRAFT_LIMIT_RATE_MAXIMUM, which is 5'],
  [
    'UPDRAFT_TLS_KEY_FILE',
    'k',
    'UPDRAFT_TLS_CERT_FILE is not set: expected the certificate of UPDRAFT_TLS_KEY_FILE, or neither of the two',
  ],
])('a wrong %s is named with what was wrong and an example', (variable, value, message) => {
  expect(configProblems({ [variable]: value })).toEqual([message]);
});

test('all that is wrong is told at once', () => {
  expect(configProblems({ UPDRAFT_HTTP_PORT: 'x', UPDRAFT_LOG_LEVEL: 'loud', UPDRAFT_HOST: '::' })).toHaveLength(3);
});

test('a wrong connection string is not shown, because it may hold a password', () => {
  const [problem] = configProblems({ MONGODB_URI: 'mongo://admin:hunter2@db' });
  expect(problem).toMatch(/^MONGODB_URI is not understood: expected mongodb:\/\/ or mongodb\+srv:\/\//);
  expect(problem).not.toContain('hunter2');
});

test('every setting has an example that it accepts', () => {
  const rejected = Object.entries(SETTINGS).filter(([, { kind, example }]) => !kind.parse.safeParse(example).success);
  expect(rejected).toEqual([]);
});

test('R-BAT-19 what has ended is kept for ever unless a setting says for how many days', () => {
  expect(readConfig({}).retention).toEqual({ tasksDays: null, batchesDays: null });
  const kept = readConfig({ UPDRAFT_KEEP_TASKS_DAYS: '90', UPDRAFT_KEEP_BATCHES_DAYS: 'off' }).retention;
  expect(kept).toEqual({ tasksDays: 90, batchesDays: null });
  expect(configProblems({ UPDRAFT_KEEP_TASKS_DAYS: '0' })).toEqual([
    'UPDRAFT_KEEP_TASKS_DAYS is "0": expected a whole number of days from 1 to 36500, or off, for example UPDRAFT_KEEP_TASKS_DAYS=90',
  ]);
});

test('no setting offers to share a namespace of Temporal: workflows are named by batches and devices', () => {
  expect(SETTINGS.TEMPORAL_NAMESPACE.about).toMatch(/each installation needs one of its own/i);
  expect(SETTINGS.TEMPORAL_TASK_QUEUE.about).not.toMatch(/share/);
});

test('a misspelt variable is found', () => {
  expect(unknownVariables({ UPDRAFT_HTPP_PORT: '1', UPDRAFT_MONGOD: 'x', PATH: '/' })).toEqual(['UPDRAFT_HTPP_PORT']);
});

test('R-FLOW-1 quotas of devices have variables with defaults, names and bounds', () => {
  expect(readConfig({}).quotas).toEqual(MQTT_QUOTAS);
  expect(readConfig({ UPDRAFT_MQTT_MESSAGES_PER_SECOND: '7' }).quotas.messagesPerSecond).toBe(7);
  expect(configProblems({ UPDRAFT_MQTT_PAYLOAD_BYTES: '65537' })).toEqual([
    'UPDRAFT_MQTT_PAYLOAD_BYTES is "65537": expected a whole number from 1 to 65536, for example UPDRAFT_MQTT_PAYLOAD_BYTES=65536',
  ]);
  expect(unknownVariables({ UPDRAFT_MQTT_CONNECTIONS: '1', UPDRAFT_MQTT_CONECTIONS: '1' })).toEqual(['UPDRAFT_MQTT_CONECTIONS']);
});

test('docs/settings.md lists the settings, and no others', () => {
  expect(readFileSync(join(__dirname, '../../../docs/settings.md'), 'utf8')).toBe(settingsDocument());
});

describe('R-PKG-12 the S3-compatible package store', () => {
  const s3 = { UPDRAFT_PACKAGE_STORE: 's3', UPDRAFT_S3_BUCKET: 'packages' };

  test('R-PKG-12 packages are kept in MongoDB unless a setting says otherwise', () => {
    expect(readConfig({}).s3).toBeUndefined();
    expect(readConfig({ UPDRAFT_S3_BUCKET: 'packages' }).s3).toBeUndefined();
  });

  test('R-PKG-12 its settings are read, and without keys the environment of the process grants access', () => {
    expect(readConfig(s3).s3).toEqual({ bucket: 'packages', region: 'us-east-1', forcePathStyle: false });
    const all = {
      ...s3,
      UPDRAFT_S3_ENDPOINT: 'http://127.0.0.1:9000/',
      UPDRAFT_S3_ACCESS_KEY_ID: 'id',
      UPDRAFT_S3_SECRET_ACCESS_KEY: 'secret',
      UPDRAFT_S3_FORCE_PATH_STYLE: 'on',
    };
    expect(readConfig(all).s3).toMatchObject({
      endpoint: 'http://127.0.0.1:9000',
      credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
      forcePathStyle: true,
    });
  });

  test.each([
    ['no bucket', { UPDRAFT_PACKAGE_STORE: 's3' }, 'UPDRAFT_S3_BUCKET is not set'],
    ['an id without a secret', { ...s3, UPDRAFT_S3_ACCESS_KEY_ID: 'id' }, 'UPDRAFT_S3_SECRET_ACCESS_KEY is not set'],
    ['a secret without an id', { ...s3, UPDRAFT_S3_SECRET_ACCESS_KEY: 'x' }, 'UPDRAFT_S3_ACCESS_KEY_ID is not set'],
    ['files of more than 10,000 parts', { ...s3, UPDRAFT_LIMIT_FILE_BYTES: '52428800001' }, 'UPDRAFT_LIMIT_FILE_BYTES is 52428800001'],
  ])('R-PKG-12 %s stops the start', (_name, env, problem) => {
    expect(() => readConfig(env)).toThrow(problem);
  });

  test('R-PKG-12 the secret is not shown when it is wrong', () => {
    expect(() => readConfig({ ...s3, UPDRAFT_S3_ACCESS_KEY_ID: 'id', UPDRAFT_S3_SECRET_ACCESS_KEY: 'with a blank' })).toThrow(
      /not understood/,
    );
  });
});

test('the default of a switch is written as it would be set', () => {
  const rows = settingsDocument()
    .split('\n')
    .filter((row) => / \| on or off \| /.test(row));
  expect(rows.length).toBeGreaterThan(2);
  for (const row of rows) expect(row).not.toMatch(/\| (?:true|false) \|/);
});
