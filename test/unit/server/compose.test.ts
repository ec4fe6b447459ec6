import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readConfig } from '../../../server/config';
import { ROLES, SETTINGS } from '../../../server/settings/settings';

interface Service {
  image: string;
  build?: string;
  ports?: string[];
  environment?: Record<string, string>;
  healthcheck?: { test: string[] };
  restart?: string;
  depends_on?: Record<string, { condition: string }>;
  volumes?: string[];
  profiles?: string[];
}

const root = join(__dirname, '../../..');
const compose: { services: Record<string, Service>; volumes: Record<string, null> } = parse(
  readFileSync(join(root, 'docker-compose.yml'), 'utf8'),
  {
    merge: true,
  },
);
const services = Object.entries(compose.services);
const ours = services.filter(([, service]) => service.build);

test('every image is pinned to a full version', () => {
  const loose = services.filter(([, { image }]) => !/:(v?\d+\.\d+\.\d+|\d+\.\d+-alpine)([.-].*)?$/.test(image)).map(([name]) => name);
  expect(loose).toEqual([]);
});

test('R-SAFE-6 the MongoDB image has the fix of CVE-2025-14847, and reads the data of the image before', async () => {
  const { PROGRAMS } = await import('#setup/program-list.mjs');
  const [, release = '', patch] = /^mongo:(\d+\.\d+)\.(\d+)$/.exec(compose.services.mongodb?.image ?? '') ?? [];
  expect(release).toBe('7.0');
  expect(Number(patch)).toBeGreaterThanOrEqual(PROGRAMS.mongod.flaw.fixedIn[release] as number);
});

test('every service that stays has a health check', () => {
  const blind = services
    .filter(([, { healthcheck, restart }]) => restart === 'unless-stopped' && !healthcheck?.test.length)
    .map(([name]) => name);
  expect(blind).toEqual([]);
  expect(services.filter(([, { restart }]) => restart === 'unless-stopped').length).toBeGreaterThan(6);
});

test('every published port is on loopback only', () => {
  const ports = services.flatMap(([, service]) => service.ports ?? []);
  expect(ports.length).toBeGreaterThan(3);
  expect(ports.filter((port) => !/^127\.0\.0\.1:\d+:\d+(\/udp)?$/.test(port))).toEqual([]);
});

test('each role is a service, whose settings exist and are accepted', () => {
  const always = ours.filter(([, { profiles }]) => !profiles);
  expect(always.map(([, { environment }]) => environment?.UPDRAFT_ROLES).sort()).toEqual([...ROLES].sort());
  for (const [, { environment = {} }] of ours) {
    expect(Object.keys(environment).filter((variable) => !(variable in SETTINGS))).toEqual([]);
    expect(readConfig(environment)).toMatchObject({ roles: [environment.UPDRAFT_ROLES], host: '0.0.0.0' });
  }
});

test('what a service depends on and stores is declared', () => {
  const wanted = services.flatMap(([, service]) => Object.keys(service.depends_on ?? {}));
  expect(wanted.filter((name) => !(name in compose.services))).toEqual([]);
  const mounted = services.flatMap(([, service]) => (service.volumes ?? []).map((volume) => volume.split(':')[0] ?? ''));
  const [files, stored] = [mounted.filter((path) => path.startsWith('./')), mounted.filter((path) => !path.startsWith('./'))];
  expect(files.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  expect(stored.sort()).toEqual(Object.keys(compose.volumes).sort());
});

test('the image is built from a pinned one that is new enough, runs without root, and copies what is there', () => {
  const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
  // Twenty is out of support; it stays the least for `npm start`.
  expect(dockerfile.match(/^FROM node:24\.\d+\.\d+-/gm)).toHaveLength(2);
  expect(dockerfile).toMatch(/^USER node$/m);
  const copied = [...dockerfile.matchAll(/\/app\/([A-Z][\w.-]*)/g)].map(([, file]) => file as string);
  expect(copied.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

test('the image starts Updraft with the flags that its commands use', async () => {
  const { NODE_FLAGS } = await import('#setup/node-flags.mjs');
  const [, command = ''] = /^CMD (.+)$/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8')) ?? [];
  expect(JSON.parse(command)).toEqual(['node', ...NODE_FLAGS, 'dist/server/main.js']);
});

describe('EMQX, which asks Updraft', () => {
  const hocon = readFileSync(join(root, 'deploy/emqx/base.hocon'), 'utf8');
  const { environment = {} } = compose.services['gateway-emqx'] ?? {};
  const { broker } = readConfig(environment);

  test('its configuration is whole: every brace, bracket and quote has its other half', () => {
    const open: string[] = [];
    const other: Record<string, string> = { '}': '{', ']': '[' };
    const bare = hocon.replace(/^\s*#.*$/gm, '').replace(/"[^"\n]*"/g, '');
    for (const sign of bare.match(/[{}[\]"]/g) ?? []) {
      if (sign in other) expect(open.pop()).toBe(other[sign]);
      else open.push(sign);
    }
    expect(open).toEqual([]);
  });

  test('it asks the gateway of the compose file, with the secret that this one expects', () => {
    const port = broker?.hook?.port;
    expect(hocon.match(/url = "[^"]+"/g)).toEqual(
      ['authenticate', 'authorize'].map((path) => `url = "http://gateway-emqx:${port}/mqtt/${path}"`),
    );
    expect(hocon.match(/"x-updraft-secret" = "([^"]+)"/g)).toEqual(Array(2).fill(`"x-updraft-secret" = "${broker?.hook?.secret}"`));
    for (const field of ['clientid', 'username', 'password', 'peerhost', 'topic', 'action'])
      expect(hocon).toContain(`${field} = "\${${field}}"`);
    expect(hocon).toMatch(/no_match = deny/);
  });

  test('the gateway is a client of it, knows who connects, and has the key of its API', () => {
    expect(broker).toMatchObject({ url: 'mqtt://emqx:1883', presence: 'emqx', emqxApi: { url: 'http://emqx:18083' } });
    expect(readFileSync(join(root, 'deploy/emqx/api-keys'), 'utf8')).toBe(`${broker?.emqxApi?.key}:${broker?.emqxApi?.secret}\n`);
  });
});
