import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createUpdraftClient } from '@updraft/client';
import { createCodeFlow } from '../../core/access/tokens/code-flow';
import { getJson } from '../../core/access/tokens/get-json';
import type { Issuer } from '../../core/access/tokens/issuer';
import type { Tokens } from '../../core/access/tokens/verify';
import { untilDeadline } from '../../core/until-deadline';
import { createEmqxApi } from '../../gateways/mqtt/external/emqx-api';
import { whileCollecting } from '../support/collecting';
import { SEALING } from '../support/core-parts';

let server: Server;
let url: string;
/** Whether the head of an answer comes, with the beginning of its body. */
let begins = true;
let cut = 0;
beforeEach(async () => {
  cut = 0;
  server = createServer((_req, res) => {
    res.once('close', () => {
      cut += 1;
    });
    if (begins) res.writeHead(200, { 'content-type': 'application/json' }).write('{');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

describe.each([
  ['does not begin', false],
  ['does not end', true],
])('an answer that %s is given up in time, whatever is collected meanwhile', (_, isBegun) => {
  beforeEach(() => {
    begins = isBegun;
  });

  test('R-UI-4 of an identity provider, whose connection is closed', async () => {
    await expect(whileCollecting(getJson(url))).rejects.toThrow('within 5 s');
    while (cut === 0) await new Promise(setImmediate);
  });

  test('R-UI-4 of an identity provider by which somebody signs in', async () => {
    const issuer = { id: 'slow', name: 'Slow', issuer: url, client: { id: 'updraft', scopes: ['openid'] } } as unknown as Issuer;
    const failed: unknown[] = [];
    const tokens = { issuer: () => issuer } as unknown as Tokens;
    const flow = createCodeFlow({ tokens, sealing: SEALING, clock: () => new Date(), onFailed: (_, error) => void failed.push(error) });
    await expect(whileCollecting(flow.begin('slow', `${url}/signin/callback`, '/'))).rejects.toMatchObject({ code: 'ISSUER_UNAVAILABLE' });
    expect(String(failed[0])).toContain('operation timed out');
    while (cut === 0) await new Promise(setImmediate);
  });

  test('R-DEV-2 R-SAFE-2 of EMQX', async () => {
    const api = createEmqxApi({ url, key: 'key', secret: 'secret' });
    const going = new AbortController();
    await expect(whileCollecting(api.list({}, going.signal))).rejects.toThrow('within 10 s');
    going.abort();
  });

  test('R-UI-6 of Updraft to its client', async () => {
    const client = createUpdraftClient({ url, credentials: { apiKey: 'key' }, answerMs: 3_000, tries: 1 });
    expect(await whileCollecting(client.query('{ viewer { name } }'))).toMatchObject({ ok: false, reason: 'unreachable' });
    await client.close();
  });
});

test('R-SAFE-3 what is given up by its caller ends before its time', async () => {
  const caller = new AbortController();
  const ended = untilDeadline(300_000, () => new Promise(() => undefined), caller.signal);
  caller.abort(new Error('given up'));
  await expect(ended).rejects.toThrow('given up');
  await expect(untilDeadline(300_000, async () => 'done', caller.signal)).rejects.toThrow('given up');
});
