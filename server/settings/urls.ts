import { z } from 'zod';
import type { Kind } from './kinds';

/** What an address may have beside its scheme, host and port. What is not named is refused. */
interface Form {
  schemes: readonly string[];
  path?: true;
  /** User name and password. */
  credentials?: true;
  query?: true;
  /** Hosts with commas between. */
  hosts?: true;
}

/**
 * Every setting that is a URL. The platform writes behind most of them, so that a query or a fragment would swallow what follows; and they
 * are logged, so that credentials have settings of their own, save in MongoDB's, which is never shown.
 */
export const URL_FORMS = {
  UPDRAFT_PUBLIC_BASE_URL: { schemes: ['http', 'https'], path: true },
  UPDRAFT_S3_ENDPOINT: { schemes: ['http', 'https'], path: true },
  UPDRAFT_TEMPORAL_UI_URL: { schemes: ['http', 'https'], path: true },
  UPDRAFT_EMQX_API_URL: { schemes: ['http', 'https'], path: true },
  UPDRAFT_MQTT_BROKER_URL: { schemes: ['mqtt', 'mqtts'] },
  MONGODB_URI: { schemes: ['mongodb', 'mongodb+srv'], path: true, credentials: true, query: true, hosts: true },
} satisfies Record<string, Form>;

const MAXIMUM = 2_048;
/** What RFC 3986 lets a path consist of: no blanks, and nothing that JSON or a shell would have to escape. */
const PATH = String.raw`(?:/[\w.~!$&'()*+,;=:@%-]*)*`;
const PORT = String.raw`(?::\d{1,5})?`;

/** Read by its text: URL parsers take blanks, backslashes and missing slashes for what was meant, and devices do not. */
function patternOf({ schemes, path, credentials, query, hosts }: Form): RegExp {
  const scheme = `(?:${schemes.map((name) => name.replace('+', '\\+')).join('|')})://`;
  const user = credentials ? '(?:[^\\s/?#@]+@)?' : '';
  const host = String.raw`(?:[\w.~${hosts ? '%' : ''}-]+|\[[0-9A-Fa-f:.]+\])${PORT}`;
  return new RegExp(`^${scheme}${user}${host}${hosts ? `(?:,${host})*` : ''}${path ? PATH : '/*'}${query ? '(?:\\?[^\\s#]*)?' : ''}$`);
}

/** Each host can be one, and so can its port; sockets of MongoDB have none. */
function canBeReached(value: string): boolean {
  const [, authority = ''] = /^[^:]+:\/\/(?:[^@/]*@)?([^/?]+)/.exec(value) ?? [];
  return authority.split(',').every((host) => host.startsWith('%') || (URL.canParse(`http://${host}`) && !/:0*$/.test(host)));
}

function withWords({ path, credentials, query, hosts }: Form): string {
  const may = `a port${path ? ' and a path' : ''}`;
  const not = [...(credentials ? [] : ['user name', 'password']), ...(path ? [] : ['path']), ...(query ? [] : ['query']), 'fragment'];
  return `${hosts ? 'one or more hosts' : 'a host'} and perhaps ${may}, without ${not.join(', ')} or blanks`;
}

/** Without a slash at the end, but where a query may follow. */
export function urlOf(setting: keyof typeof URL_FORMS): Kind<string> {
  const form: Form = URL_FORMS[setting];
  const pattern = patternOf(form);
  return {
    parse: z
      .string()
      .max(MAXIMUM)
      .refine((value) => pattern.test(value) && canBeReached(value))
      .transform((value) => (form.query ? value : value.replace(/\/+$/, ''))),
    expected: `${form.schemes.map((scheme) => `${scheme}://`).join(' or ')}, ${withWords(form)}`,
  };
}

const PORTS = 65_535;

/** `host:port`, as gRPC wants it. */
export const hostAndPort: Kind<string> = {
  parse: z
    .string()
    .max(MAXIMUM)
    .regex(/^(?:[0-9A-Za-z._-]{1,253}|\[[0-9A-Fa-f:]{2,45}\]):\d{1,5}$/)
    .refine((value) => {
      const port = Number(value.slice(value.lastIndexOf(':') + 1));
      return port >= 1 && port <= PORTS;
    }),
  expected: 'host:port',
};

/** For messages: what was refused may hold a password all the same. */
export const withoutCredentials = (given: string): string => given.replace(/^([\w+.-]*:[/\\]*)?.*@/s, '$1…@');

function isOrigin(text: string): boolean {
  if (!/^https?:/.test(text) || !URL.canParse(text)) return false;
  const { origin, port } = new URL(text);
  return origin === text && port !== '0';
}

/** As browsers send them, which is how they are compared. */
export const origins: Kind<readonly string[]> = {
  parse: z
    .string()
    .max(8_192)
    .transform((value) => [...new Set(value.split(',').map((part) => part.trim()))])
    .refine((parts) => parts.every(isOrigin)),
  expected:
    'origins as browsers send them, with commas between: http:// or https://, a host in lower case, and the port unless it is the usual one; nothing behind it, and no *',
};
