import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Issuer } from '../../../core/access/tokens/issuer';

/** The package oidc-provider in a process of its own. To browsers it is at `localhost`, another site than `127.0.0.1`. */
export async function startOidcProvider() {
  const child = fork(join(__dirname, 'provider.mjs'), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  const url = `http://localhost:${port}`;
  const secret = 'only-for-tests';
  async function tell(message: object): Promise<void> {
    const answered = once(child, 'message');
    child.send(message);
    await answered;
  }

  const issuer: Issuer = {
    ...{ id: 'corporate', name: 'Example Inc.', issuer: url, audience: ['updraft'], clockSkewSeconds: 30, longestTokenHours: 24 },
    algorithms: ['RS256'],
    role: { claim: 'groups', values: { admins: 'ADMINISTRATOR', ops: 'OPERATOR', staff: 'VIEWER' } },
    products: null,
    client: { id: 'updraft', secret, authentication: 'basic', scopes: ['openid', 'profile'] },
  };

  return {
    url,
    issuer,
    begin: (apiUrl: string) => tell({ begin: { issuer: url, redirectUri: `${apiUrl}/signin/callback`, secret } }),
    /** It signs with another key from now on. */
    rotate: (kid: string) => tell({ rotate: kid }),
    /** By client credentials, as a program. */
    async token(): Promise<string> {
      const answer = await fetch(`${url}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`ci:${secret}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      });
      const { access_token: token } = (await answer.json()) as { access_token?: string };
      if (!token) throw new Error(`The provider gave no token: ${answer.status}`);
      return token;
    },
    async stop() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

export type OidcProvider = Awaited<ReturnType<typeof startOidcProvider>>;
