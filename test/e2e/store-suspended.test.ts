import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ADMIN, startUpdraft, type Updraft } from '../support/updraft';

describe('R-SAFE-5 mongod is suspended, or killed', () => {
  const dataDir = join(tmpdir(), `updraft-store-suspended-${randomUUID()}`);
  let updraft: Updraft;
  let key: string;
  beforeAll(async () => {
    updraft = await startUpdraft({ MONGODB_URI: '', UPDRAFT_DATA_DIR: dataDir });
    ({ key } = await updraft.core.access.createKey(ADMIN, { name: 'asks', role: 'OPERATOR' }));
  });
  afterAll(async () => {
    await updraft.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function ask(query: string) {
    const response = await fetch(`${updraft.platform.apiUrl}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query }),
    });
    const { data, errors } = (await response.json()) as { data?: unknown; errors?: { extensions: { code: string } }[] };
    return { data, codes: errors?.map(({ extensions }) => extensions.code) };
  }
  const PRODUCTS = '{ products(first: 5) { edges { node { key } } } }';
  const untilServed = async () => {
    while ((await ask(PRODUCTS)).codes !== undefined) await delay(100);
  };

  test('R-SAFE-5 a suspended mongod: what was asked, and what is asked then, has an answer with a code; it is served again when it goes on', async () => {
    await untilServed();
    const pid = updraft.platform.pids.mongod ?? 0;
    process.kill(pid, 'SIGSTOP');
    try {
      const first = await Promise.all([
        ask(PRODUCTS),
        ask('mutation { createProduct(input: { key: "suspended", name: "S" }) { product { key } } }'),
        ask('{ viewer { name } products(first: 1) { edges { node { name } } } }'),
      ]);
      for (const { codes } of first) expect(new Set(codes)).toEqual(new Set(['STORE_UNAVAILABLE']));
      expect((await ask(PRODUCTS)).codes).toEqual(['STORE_UNAVAILABLE']);
      const download = await fetch(`${updraft.platform.apiUrl}/d/${'a'.repeat(40)}`, { method: 'HEAD' });
      expect([403, 503]).toContain(download.status);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await untilServed();
  });

  test('R-SAFE-5 a killed mongod: every question has its answer, or the code', async () => {
    await untilServed();
    process.kill(updraft.platform.pids.mongod ?? 0, 'SIGKILL');
    for (let n = 0; n < 20; n += 1) {
      const { codes } = await ask(PRODUCTS);
      if (codes !== undefined) expect(codes).toEqual(['STORE_UNAVAILABLE']);
    }
    await untilServed();
  });
});
