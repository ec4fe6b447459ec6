// An OpenID Connect provider (the package oidc-provider) for tests: the parent says what it is to do, over the channel between processes.
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';

// What it says of being a test's is no news.
console.warn = () => undefined;
const { default: Provider } = await import('oidc-provider');

const server = createServer((req, res) => handle(req, res));
let handle = (_req, res) => res.writeHead(503).end();
let keys = [];
let settings;

async function newKey(kid) {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg: 'RS256', use: 'sig' };
}

const claimsOf = {
  ada: { name: 'Ada', groups: ['ops'] },
  nobody: { name: 'Nobody', groups: [] },
  user: { name: 'Uma', groups: [], customer: 'user-4711' },
};

function provide() {
  const { issuer, redirectUri, secret } = settings;
  const provider = new Provider(issuer, {
    jwks: { keys },
    cookies: { keys: ['only for tests'] },
    clients: [
      { client_id: 'updraft', client_secret: secret, redirect_uris: [redirectUri], grant_types: ['authorization_code'] },
      { client_id: 'ci', client_secret: secret, redirect_uris: [], response_types: [], grant_types: ['client_credentials'] },
    ],
    claims: { openid: ['sub', 'groups', 'customer'], profile: ['name'] },
    conformIdTokenClaims: false,
    findAccount: (_ctx, id) => ({ accountId: id, claims: async () => ({ sub: id, ...(claimsOf[id] ?? claimsOf.ada) }) }),
    extraTokenClaims: () => ({ groups: ['staff'] }),
    features: {
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => 'urn:updraft',
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({ scope: '', audience: 'updraft', accessTokenFormat: 'jwt', accessTokenTTL: 300 }),
      },
    },
  });
  handle = provider.callback();
}

process.on('message', async (message) => {
  if (message.begin) {
    keys = [await newKey('first')];
    settings = message.begin;
    provide();
  }
  // Both are published, and the first signs.
  if (message.rotate) {
    keys = [await newKey(message.rotate), ...(message.keepsOld ? keys : [])];
    provide();
  }
  process.send({ done: true });
});
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
