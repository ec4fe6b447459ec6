import { TaskChangesDocument } from '@updraft/client';
import { startIssuer, type TestIssuer } from '../../support/issuer';
import { startTestApi, type TestApi } from '../support/test-api';
import { aLine, type Line } from './a-line';

/** The issuer's clock may be so far off, and a token is good for so much longer. */
const SKEW_S = 30;
let issuer: TestIssuer;
let api: TestApi;
let line: Line;
beforeAll(async () => {
  issuer = await startIssuer();
  api = await startTestApi({ access: { issuers: [issuer.issuer], session: { idleMinutes: 60, hours: 12 } } });
  line = await aLine(api);
});
afterAll(async () => {
  await line.stop();
  await api.stop();
  await issuer.stop();
});

test('R-UI-6: a token that expires while something is followed is replaced, and no event is lost', async () => {
  const asked: string[] = [];
  const client = line.client({
    credentials: {
      token(why) {
        asked.push(why);
        const exp = Math.floor(Date.now() / 1_000) + (asked.length === 1 ? 2 - SKEW_S : 300);
        return issuer.token({ exp, iat: exp - 300 });
      },
    },
  });
  const states: string[] = [];
  client.state.subscribe(() => states.push(client.state.get().status));
  const events = client.subscribe(TaskChangesDocument);
  expect((await events.next()).value?.taskChanges.__typename).toBe('Resync');
  while (!(asked.length === 2 && client.state.get().status === 'live')) {
    await new Promise<void>((resolve) => {
      const stop = client.state.subscribe(() => {
        stop();
        resolve();
      });
    });
  }
  expect(asked).toEqual(['needed', 'refused']);
  expect(states).not.toContain('signed-out');
  expect(await client.query('{ viewer { role } }')).toEqual({ ok: true, data: { viewer: { role: 'OPERATOR' } } });
  await events.return();
});
