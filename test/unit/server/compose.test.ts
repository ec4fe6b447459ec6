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
  expect(ports.filter((port) => !/^127\.0\.0\.1:\d+:\d+$/.test(port))).toEqual([]);
});

test('each role is a service, whose settings exist and are accepted', () => {
  expect(ours.map(([, { environment }]) => environment?.UPDRAFT_ROLES).sort()).toEqual([...ROLES].sort());
  for (const [, { environment = {} }] of ours) {
    expect(Object.keys(environment).filter((variable) => !(variable in SETTINGS))).toEqual([]);
    expect(readConfig(environment)).toMatchObject({ roles: [environment.UPDRAFT_ROLES], host: '0.0.0.0' });
  }
});

test('what a service depends on and stores is declared', () => {
  const wanted = services.flatMap(([, service]) => Object.keys(service.depends_on ?? {}));
  expect(wanted.filter((name) => !(name in compose.services))).toEqual([]);
  const stored = services.flatMap(([, service]) => (service.volumes ?? []).map((volume) => volume.split(':')[0]));
  expect(stored.sort()).toEqual(Object.keys(compose.volumes).sort());
});

test('the image is built from a pinned one that is new enough, runs without root, and copies what is there', () => {
  const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
  expect(dockerfile.match(/^FROM node:20\.\d+\.\d+-/gm)).toHaveLength(2);
  expect(dockerfile).toMatch(/^USER node$/m);
  const copied = [...dockerfile.matchAll(/\/app\/([A-Z][\w.-]*)/g)].map(([, file]) => file as string);
  expect(copied.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

test('the image starts Updraft with the flags that its commands use', async () => {
  const { NODE_FLAGS } = await import('#setup/node-flags.mjs');
  const [, command = ''] = /^CMD (.+)$/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8')) ?? [];
  expect(JSON.parse(command)).toEqual(['node', ...NODE_FLAGS, 'dist/server/main.js']);
});
