import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { Issuer } from '../../core/access/tokens/issuer';

type Algorithm = 'RS256' | 'ES256';

/** An identity provider's discovery, keys and tokens, on this machine. */
export async function startIssuer() {
  const signing = new Map<string, CryptoKey>();
  let published: JWK[] = [];
  let isAway = false;
  let asked = 0;
  const server = createServer((req, res) => {
    if (isAway) return void res.writeHead(503).end();
    if (req.url === '/jwks') asked += 1;
    const body = req.url === '/jwks' ? { keys: published } : { issuer: url, jwks_uri: `${url}/jwks` };
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function addKey(kid: string, alg: Algorithm = 'ES256', isPublished = true): Promise<void> {
    const { publicKey, privateKey } = await generateKeyPair(alg);
    signing.set(kid, privateKey);
    if (isPublished) published.push({ ...(await exportJWK(publicKey)), kid, alg, use: 'sig' });
  }
  await addKey('first');

  const issuer: Issuer = {
    ...{ id: 'corporate', name: 'Example Inc.', issuer: url, audience: ['updraft'], clockSkewSeconds: 30, longestTokenHours: 24 },
    algorithms: ['ES256', 'RS256'],
    role: { claim: 'groups', values: { admins: 'ADMINISTRATOR', ops: 'OPERATOR', staff: 'VIEWER' } },
    products: null,
    client: null,
  };

  return {
    url,
    issuer,
    addKey,
    /** How often its keys were fetched. */
    asked: () => asked,
    removeKey: (kid: string) => {
      published = published.filter((key) => key.kid !== kid);
    },
    setAway: (away: boolean) => {
      isAway = away;
    },
    /** Good for five minutes from `at`, unless claims say otherwise. A claim that is undefined is left out. */
    async token(claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}, at = new Date()): Promise<string> {
      const now = Math.floor(at.getTime() / 1_000);
      const kid = String(header.kid ?? 'first');
      const all = { iss: url, aud: 'updraft', sub: 'ada', groups: ['ops'], iat: now, exp: now + 300, ...claims };
      const key = signing.get(kid);
      if (!key) throw new Error(`There is no key ${kid}.`);
      return new SignJWT(JSON.parse(JSON.stringify(all))).setProtectedHeader({ alg: 'ES256', kid, ...header }).sign(key);
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export type TestIssuer = Awaited<ReturnType<typeof startIssuer>>;
