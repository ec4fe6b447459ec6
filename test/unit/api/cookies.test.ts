import type { IncomingMessage } from 'node:http';
import { cookieOf, setCookie } from '../../../api/access/cookies';
import { isOwnHost, isOwnRequest } from '../../../api/access/own-address';

const HERE = '127.0.0.1:8080';
const PUBLIC = 'https://fw.example.com/updraft';
const request = (headers: Record<string, string>, encrypted = false, method = 'POST') =>
  ({ method, headers: { host: HERE, ...headers }, socket: { encrypted } }) as unknown as IncomingMessage;

test.each([
  ['plain HTTP', request({}), undefined, 'updraft-session-8080', ''],
  ['TLS', request({ host: 'fw.example.com' }, true), undefined, '__Host-updraft-session', '; Secure'],
  ['TLS at a port', request({ host: 'fw.example.com:8443' }, true), undefined, '__Host-updraft-session-8443', '; Secure'],
  ['a proxy with TLS that keeps the name', request({ host: 'fw.example.com' }), PUBLIC, '__Host-updraft-session', '; Secure'],
  ['a proxy with TLS that changes the name', request({}), PUBLIC, '__Host-updraft-session-8080', '; Secure'],
])('R-UI-4 the cookie over %s', (_name, req, publicUrl, name, end) => {
  expect(setCookie('session', req, publicUrl, 'token', 60)).toBe(`${name}=token; Path=/; HttpOnly; SameSite=Strict; Max-Age=60${end}`);
  const back = request(
    { ...(req.headers as Record<string, string>), cookie: `a=b; x${name}=no; ${name}=token;c` },
    end !== '' && publicUrl === undefined,
  );
  expect(cookieOf('session', back, publicUrl)).toBe('token');
});

test.each(['', 'updraft-session-8081=x', 'updraft-session=x', 'updraft-session-8080', 'updraft-session-8080=', ';;;=;'])(
  'R-UI-4 there is no session in the cookies %j',
  (cookie) => {
    expect(cookieOf('session', request({ cookie }), undefined)).toBeNull();
  },
);

test.each<[object, string | undefined, string, boolean]>([
  [{ origin: 'http://127.0.0.1:8080' }, undefined, 'POST', true],
  [{ origin: 'https://fw.example.com' }, PUBLIC, 'POST', true],
  [{ origin: 'https://fw.example.com' }, undefined, 'POST', false],
  [{ origin: 'http://fw.example.com', host: 'fw.example.com' }, PUBLIC, 'POST', false],
  [{ origin: 'https://127.0.0.1:8080' }, undefined, 'POST', true],
  [{ origin: 'https://fw.example.com.evil.example' }, PUBLIC, 'POST', false],
  [{ origin: 'http://127.0.0.1:8081' }, undefined, 'POST', false],
  [{ origin: 'null' }, undefined, 'POST', false],
  [{ origin: '' }, undefined, 'POST', false],
  [{}, undefined, 'POST', false],
  [{}, undefined, 'GET', true],
  [{ 'sec-fetch-site': 'same-origin' }, undefined, 'POST', true],
  [{ 'sec-fetch-site': 'same-site' }, undefined, 'GET', false],
  [{ 'sec-fetch-site': 'cross-site' }, undefined, 'GET', false],
  [{ 'sec-fetch-site': 'none' }, undefined, 'GET', true],
  [{ 'sec-fetch-site': 'none' }, undefined, 'POST', false],
  [{ 'sec-fetch-site': 'something new' }, undefined, 'GET', false],
  [{ 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' }, undefined, 'POST', false],
])('R-UI-4 a request with %j (public address %p) by %s is of the API’s own pages: %p', (headers, publicUrl, method, expected) => {
  expect(isOwnRequest(request({ ...headers } as Record<string, string>, false, method), publicUrl)).toBe(expected);
});

test('R-UI-4 a page without TLS is none of an API with it', () => {
  const from = (origin: string) => isOwnRequest(request({ origin, host: 'fw.example.com' }, true), undefined);
  expect([from('http://fw.example.com'), from('https://fw.example.com')]).toEqual([false, true]);
});

test.each([
  ['127.0.0.1:8080', true],
  ['localhost', true],
  ['[::1]:8080', true],
  ['fw.example.com', true],
  ['127.0.0.1.evil.example', false],
  ['evil.example:8080', false],
  ['localhost.evil.example', false],
  ['a b', false],
])('R-UI-4 a link opens by the name %s: %p', (host, expected) => {
  expect(isOwnHost(request({ host }), PUBLIC)).toBe(expected);
});
