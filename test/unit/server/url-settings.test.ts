import { SETTINGS } from '../../../server/settings/settings';
import { configProblems } from '../../support/config-problems';

/** Whatever looks like one. */
const VARIABLES = Object.entries(SETTINGS).flatMap(([variable, { example }]) => (example.includes('://') ? [variable] : []));

/** Beside its example. */
const ALSO_GOOD: Record<string, string> = {
  UPDRAFT_PUBLIC_BASE_URL: 'https://fw.example.com:8443/devices',
  UPDRAFT_S3_ENDPOINT: 'http://[::1]:9000',
  UPDRAFT_EMQX_API_URL: 'http://emqx_1:18083/prefix',
  UPDRAFT_MQTT_BROKER_URL: 'mqtts://mqtt.example.com:8883',
  MONGODB_URI: 'mongodb://user:p%40ss@db1:27017,db2/updraft?replicaSet=rs0&authSource=admin',
};
/** What is put into a good address, and into which settings it may be put: around the entries of a list blanks mean nothing. */
const ADDITIONS: [string, (url: string) => string, string[]][] = [
  ['a query', (url) => `${url.replace(/\?.*/, '')}?version=2`, ['MONGODB_URI']],
  ['an empty query', (url) => `${url.replace(/\?.*/, '')}?`, ['MONGODB_URI']],
  ['a fragment', (url) => `${url}#downloads`, []],
  ['credentials', (url) => url.replace(/\/\/([^/]*@)?/, '//admin:hunter2@'), ['MONGODB_URI']],
  ['a user name', (url) => url.replace(/\/\/([^/]*@)?/, '//hunter2@'), ['MONGODB_URI']],
  ['a blank in front', (url) => ` ${url}`, ['UPDRAFT_CORS_ORIGINS']],
  ['a blank behind', (url) => `${url} `, ['UPDRAFT_CORS_ORIGINS']],
  ['a blank within', (url) => url.replace('://', ':// '), []],
  ['a line end', (url) => `${url}\n`, ['UPDRAFT_CORS_ORIGINS']],
  ['a tab', (url) => `${url}\t`, ['UPDRAFT_CORS_ORIGINS']],
  ['another scheme', (url) => url.replace(/^[a-z]+/, 'ftp'), []],
  ['no scheme', (url) => url.replace(/^[a-z]+:\/\//, ''), []],
  ['one slash', (url) => url.replace('://', ':/'), []],
  ['backslashes', (url) => url.replace('://', ':\\\\'), []],
  ['no host', (url) => `${url.split('://')[0]}://`, []],
  ['a port that is none', (url) => `${url.split('://')[0]}://host:65536`, []],
  ['port 0', (url) => `${url.split('://')[0]}://host:0`, []],
  ['no port behind a colon', (url) => `${url.split('://')[0]}://host:`, []],
];

const goodFor = (variable: string): string => ALSO_GOOD[variable] ?? SETTINGS[variable as keyof typeof SETTINGS].example;

describe('R-DL-1 a setting that is a URL', () => {
  test.each(VARIABLES)('%s is taken in its form', (variable) => {
    expect(configProblems({ [variable]: goodFor(variable) })).toEqual([]);
  });

  test.each(VARIABLES.flatMap((variable) => ADDITIONS.map(([what, add, allowed]) => ({ variable, what, add, allowed }))))(
    '$variable with $what: refused at start, or taken where it says so',
    ({ variable, add, allowed }) => {
      const found = configProblems({ [variable]: add(goodFor(variable)) });
      expect(found).toHaveLength(allowed.includes(variable) ? 0 : 1);
      if (found.length > 0) expect(found[0]).toMatch(new RegExp(`^${variable} is .*: expected .*://`, 's'));
      expect(found.join()).not.toContain('hunter2');
    },
  );

  test('what a shell, JSON or a small device reads otherwise is refused in a public address', () => {
    for (const wrong of ['https://fw.example.com/"x"', 'https://bücher.example', 'HTTPS://fw.example.com', 'https://fw.example.com/{id}'])
      expect(configProblems({ UPDRAFT_PUBLIC_BASE_URL: wrong })).toHaveLength(1);
  });

  test("Temporal's address is a host and a port that can be one", () => {
    for (const right of ['temporal:7233', '[::1]:7233']) expect(configProblems({ TEMPORAL_ADDRESS: right })).toEqual([]);
    for (const wrong of ['http://temporal:7233', 'temporal:0', 'temporal:65536', 'temporal:7233/x', 'user@temporal:7233', ' temporal:7233'])
      expect(configProblems({ TEMPORAL_ADDRESS: wrong })).toHaveLength(1);
  });

  test('sockets and several hosts of MongoDB are taken as before', () => {
    for (const right of [
      'mongodb+srv://cluster.example.net/updraft?retryWrites=true',
      'mongodb://%2Ftmp%2Fmongodb-27017.sock/updraft',
      'mongodb://a:b^c@[::1]:27017,db2:27018/?tls=true&tlsCAFile=/etc/ca.pem',
      'mongodb://db1,db2,db3?replicaSet=rs0',
    ])
      expect(configProblems({ MONGODB_URI: right })).toEqual([]);
  });
});
