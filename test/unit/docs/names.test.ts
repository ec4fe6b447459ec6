import { createServer } from 'node:http';
import { buildSchema, isEnumType, isInputObjectType, isInterfaceType, isObjectType, isUnionType } from 'graphql';
import { Registry } from 'prom-client';
import { createDownloadMetrics } from '../../../api/files/download-metrics';
import { REQUEST_RATES } from '../../../api/limits';
import { meteredSignIns } from '../../../api/sign-in/metrics';
import { createRateLimit } from '../../../api/transport/rate-limit';
import { handleUnreadable } from '../../../api/transport/unreadable';
import type { AccessService } from '../../../core/access/contract';
import { ROUTES } from '../../../core/access/permissions/routes';
import { createCoapMetrics } from '../../../gateways/coap/metrics';
import { createGatewayMetrics } from '../../../gateways/metrics';
import { createBrokerMetrics } from '../../../gateways/mqtt/external/metrics';
import { ERROR_CODES } from '../../../schema/model/error-codes';
import { COAP_QUOTA_SETTINGS, coapQuotaVariable } from '../../../server/settings/coap-settings';
import { LIMIT_SETTINGS, limitVariable } from '../../../server/settings/limit-settings';
import { QUOTA_SETTINGS, quotaVariable } from '../../../server/settings/quota-settings';
import { SETTINGS, SETUP_VARIABLES } from '../../../server/settings/settings';
import { projectFiles, read } from './project-files';

const schema = buildSchema(read('schema/graphql/schema.graphql'));
const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
const fieldsOf = (name: string): string[] => {
  const type = schema.getType(name);
  return isObjectType(type) || isInterfaceType(type) || isInputObjectType(type) ? Object.keys(type.getFields()) : [];
};
const graphqlNames = new Set(
  types.flatMap((type) => [
    type.name,
    ...fieldsOf(type.name),
    ...(isObjectType(type) || isInterfaceType(type)
      ? Object.values(type.getFields()).flatMap(({ args }) => args.map(({ name }) => name))
      : []),
    ...(isEnumType(type) ? type.getValues().map(({ name }) => name) : []),
    ...(isUnionType(type) ? type.getTypes().map(({ name }) => name) : []),
  ]),
);

/** Pages for whoever uses Updraft. How it is built, what was decided and what changed is told in the words of the code of then. */
const pages = ['README.md', ...projectFiles('docs')].filter(
  (path) => path.endsWith('.md') && !['docs/design.md', 'docs/decisions.md', 'docs/benchmarks.md', 'docs/features.md'].includes(path),
);
const text = pages.map(read).join('\n');
/** Inline code. */
const spansOf = (page: string): string[] =>
  Array.from(
    read(page)
      .replace(/^```[\s\S]*?^```/gm, '')
      .matchAll(/`([^`\n]+)`/g),
    ([, span = '']) => span,
  );
const code = ['api', 'core', 'gateways', 'schema', 'server', 'workflows']
  .flatMap((folder) => projectFiles(folder).filter((path) => path.endsWith('.ts')))
  .map(read)
  .join('\n');
const inCode = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(code);

/** Words of libraries, of a protocol and of Temporal, columns of files, and what errors have in their `extensions`. */
const OTHERS = new Set([
  ...['pskIdentity', 'pskIdentity2', 'pskKey', 'pskKey2'],
  ...['connectionParams', 'extData', 'operationName', 'retryAfter', 'webSocketImpl', 'STARTS_WITH'],
]);
const SETTING = /^(UPDRAFT|MONGODB|TEMPORAL|AWS)_/;
const namesIn = (page: string, pattern: RegExp): string[] =>
  spansOf(page)
    .flatMap((span) => span.match(pattern) ?? [])
    .filter((name) => !graphqlNames.has(name) && !OTHERS.has(name) && !SETTING.test(name));

test('fields and arguments that the pages about the API name are in its schema', () => {
  const forApi = ['README.md', 'docs/api.md', 'docs/uploads.md', 'docs/errors.md'];
  expect(forApi.flatMap((page) => namesIn(page, /(?<![\w./-])[a-z]+[A-Z]\w*(?![\w/])/g).map((name) => `${page}: ${name}`))).toEqual([]);
});

test('values that any page gives are in the schema or in the code', () => {
  const unknown = (page: string): string[] =>
    namesIn(page, /(?<![\w/-])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![\w/])/g).filter((name) => !inCode(name));
  expect(pages.flatMap((page) => unknown(page).map((name) => `${page}: ${name}`))).toEqual([]);
});

test('each limit that a page names as `limits.…` is a field of Limits', () => {
  const named = Array.from(text.matchAll(/`limits\.(\w+)`/g), ([, field]) => field as string);
  expect(named.length).toBeGreaterThan(2);
  expect(named.filter((field) => !fieldsOf('Limits').includes(field))).toEqual([]);
});

test('every query, mutation and subscription is named by a page', () => {
  const root = ['Query', 'Mutation', 'Subscription'].flatMap(fieldsOf);
  expect(root.length).toBeGreaterThan(50);
  expect(root.filter((field) => !new RegExp(`\\b${field}\\b`).test(text))).toEqual([]);
});

test('every error code is described, and every code that a page names as one exists', () => {
  const described = Array.from(read('docs/errors.md').matchAll(/^\| `([A-Z_]+)` \|/gm), ([, name]) => name as string);
  expect(described.sort()).toEqual(Object.keys(ERROR_CODES).sort());
  const inTables = pages.flatMap((page) =>
    Array.from(read(page).matchAll(/^\| [45]\d\d(?:, \d{3})* \| (.*) \|$/gm), ([, cell = '']) => cell.match(/`[A-Z_]+`/g) ?? []).flat(),
  );
  expect(inTables.length).toBeGreaterThan(10);
  expect(inTables.filter((name) => !(name.slice(1, -1) in ERROR_CODES))).toEqual([]);
});

test('what a task waits for is described, each value once', () => {
  const waitingFor = schema.getType('WaitingFor');
  const described = Array.from(read('docs/operating.md').matchAll(/^\| `([A-Z_]+)` \| .+ \| .+ \|$/gm), ([, name]) => name);
  expect(described.sort()).toEqual(
    isEnumType(waitingFor)
      ? waitingFor
          .getValues()
          .map(({ name }) => name)
          .sort()
      : [],
  );
});

test('every variable that a page names is a setting', () => {
  const known = new Set([
    ...Object.keys(SETTINGS),
    ...Object.keys(SETUP_VARIABLES),
    ...[...LIMIT_SETTINGS.keys()].map(limitVariable),
    ...[...QUOTA_SETTINGS.keys()].map(quotaVariable),
    ...[...COAP_QUOTA_SETTINGS.keys()].map(coapQuotaVariable),
  ]);
  const named = new Set(text.match(/\b(?:UPDRAFT|MONGODB|TEMPORAL)_[A-Z0-9_]+\b/g));
  expect(named.size).toBeGreaterThan(50);
  expect([...named].filter((variable) => !known.has(variable))).toEqual([]);
});

describe('metrics', () => {
  const registry = new Registry();
  createGatewayMetrics(registry);
  createBrokerMetrics(registry);
  createDownloadMetrics(registry);
  createCoapMetrics(registry);
  createRateLimit(REQUEST_RATES, registry);
  meteredSignIns({} as AccessService, registry);
  handleUnreadable(createServer(), { registry, log: { warn: () => undefined, error: () => undefined }, downloads: () => false });
  const metrics = registry.getMetricsAsArray().map(({ name }) => name);
  /** Pages leave out what names in a table or a sentence have in common. */
  const short = (name: string): string => name.replace(/^updraft_(gateway|downloads|http)_/, '');
  const linesOf = (name: string): string[] =>
    text.split('\n').filter((line) => new RegExp(`(?<![a-z])${short(name)}(?![a-z_])`).test(line));

  test.each(metrics)('%s is described, with each value of its label', async (name) => {
    expect(linesOf(name)).not.toEqual([]);
    const { values = [] } = (await registry.getSingleMetric(name)?.get()) ?? {};
    const labels = values.flatMap(({ labels: of }) => Object.values(of)).map(String);
    expect(labels.filter((label) => !linesOf(name).some((line) => new RegExp(`\\b${label}\\b`).test(line)))).toEqual([]);
  });

  test('that pages name exist', () => {
    const named = Array.from(text.matchAll(/`(?:updraft_\w+?_|…_)?([a-z_]+_total)(?:\{\w+\})?`/g), ([, rest]) => rest as string);
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((rest) => !metrics.some((name) => name.endsWith(`_${rest}`)))).toEqual([]);
  });
});

describe('addresses', () => {
  const routes = Object.keys(ROUTES).map((route) => route.replace(/:id/g, '<id>').replace(/^ALL /, ''));

  test('that are served are in the table of who may use them', () => {
    const table = read('docs/api.md').slice(read('docs/api.md').indexOf('| address | who |'));
    expect(
      routes.filter((route) => !new RegExp(`\`(GET )?${route.replace(/^GET /, '').replace(/[.?*]/g, '\\$&')}/?\``).test(table)),
    ).toEqual([]);
  });

  test('that pages name are served', () => {
    const others = /^(\/mqtt\/(authenticate|authorize)|\/api\/v5\/.*|\/d\/.*|\/f\/.*)$/;
    const named = pages.flatMap((page) =>
      spansOf(page).flatMap((span) =>
        Array.from(span.matchAll(/^(GET|POST) (\/[\w/.<>{}-]*)/g), ([, method, path = '']) => ({ page, method, path })),
      ),
    );
    expect(named.length).toBeGreaterThan(8);
    const served = ({ method, path }: { method?: string; path: string }): boolean =>
      others.test(path) ||
      routes.includes(`${method} ${path.replace(/[<{][\w ]+[>}]/g, '<id>')}`) ||
      routes.some((route) => route === path.replace(/\/$/, ''));
    expect(named.filter((one) => !served(one))).toEqual([]);
  });
});
