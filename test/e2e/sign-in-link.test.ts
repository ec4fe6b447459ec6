import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { dataDirectories } from '../support/data-directories';

const newData = dataDirectories('updraft-link-');
const own = Object.entries(process.env).filter(
  ([name]) => !/^(UPDRAFT_(?!MONGOD$|TEMPORAL$|CACHE_DIR$)|MONGODB_|TEMPORAL_|NODE_OPTIONS)/.test(name),
);
const off = { UPDRAFT_MQTTS_PORT: 'off', UPDRAFT_COAP_PORT: 'off', UPDRAFT_COAPS_PORT: 'off' };

test('R-UI-4 a start prints a link that opens a browser session of an administrator', async () => {
  const env = { ...Object.fromEntries(own), UPDRAFT_DATA_DIR: newData(), UPDRAFT_HTTP_PORT: '0', UPDRAFT_MQTT_PORT: '0', ...off };
  const child = spawn(process.execPath, [join(__dirname, '../../dist/server/main.js')], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  try {
    let said = '';
    const link = await new Promise<string>((resolve, reject) => {
      child.stdout.on('data', (piece) => {
        said += piece;
        const found = /^ {2}(http:\/\/127\.0\.0\.1:\d+\/signin\/link\?token=[\w-]{43})$/m.exec(said)?.[1];
        if (found) resolve(found);
      });
      void ended.then(() => reject(new Error(`There was no link in ${said}`)));
    });
    const opened = await fetch(link, { redirect: 'manual' });
    const cookie = opened.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const { origin } = new URL(link);
    const answer = await fetch(`${origin}/graphql`, {
      method: 'POST',
      headers: { cookie, origin, 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ viewer { role signedInBy } }' }),
    });
    expect(await answer.json()).toEqual({ data: { viewer: { role: 'ADMINISTRATOR', signedInBy: 'BROWSER_SESSION' } } });
    // Logs tell where the API is, and nothing that opens it.
    expect(said.replace(link, '')).not.toContain(new URL(link).searchParams.get('token'));
  } finally {
    child.kill();
    await ended;
  }
});
