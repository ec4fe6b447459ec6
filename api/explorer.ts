import { getDistDirectory, isSandboxFrame, renderAltair, renderInitSnippet, SANDBOX_FRAME_CSP } from 'altair-static';
import { Router, static as serveStatic } from 'express';

const FIRST_QUERY = `# Not signed in? Open /signin, or give an API key: environments menu (top right) → Environments… → Global environment → "apiKey".
{
  viewer { name role }
  batches(first: 10) { edges { node { id name status counts { total succeeded failed } } } }
}`;

/** Its own files and this server only. The page's framework needs inline styles and compiles its templates. */
const CSP = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "worker-src 'self' blob:",
  "connect-src 'self' ws: wss:",
  "frame-ancestors 'none'",
].join('; ');

/**
 * The GraphQL explorer (Altair): static files from the package. It holds no data and no key. Whoever is signed in needs none: the
 * browser sends the cookie. Others give a key to its environment, and it goes from there into the HTTP header and the WebSocket's parameters.
 */
export function explorer(graphqlPath: string): Router {
  const options = {
    baseURL: '/explorer/',
    endpointURL: graphqlPath,
    subscriptionsEndpoint: graphqlPath,
    initialName: 'Updraft',
    initialQuery: FIRST_QUERY,
    initialHeaders: { Authorization: 'Bearer {{apiKey}}' },
    initialSubscriptionRequestHandlerId: 'graphql-ws' as const,
    initialSubscriptionsPayload: { authorization: 'Bearer {{apiKey}}' },
    initialEnvironments: { base: { title: 'Base', variables: { apiKey: '' } } },
    // Nothing that would ask the maker's servers, or advertise them.
    disableAccount: true,
    initialSettings: { 'banners.disable': true, disablePushNotification: true, 'alert.disableUpdateNotification': true },
    serveInitialOptionsInSeperateRequest: true,
  };
  const page = renderAltair(options);
  const start = renderInitSnippet(options);
  const router = Router();
  router.use((req, res, next) => {
    res.setHeader('Content-Security-Policy', isSandboxFrame(req.path) ? SANDBOX_FRAME_CSP : CSP);
    res.setHeader('X-Content-Type-Options', 'nosniff');
    res.setHeader('Referrer-Policy', 'no-referrer');
    next();
  });
  router.get('/', (_req, res) => void res.type('html').send(page));
  router.get('/initial_options.js', (_req, res) => void res.type('js').send(start));
  router.use(serveStatic(getDistDirectory(), { index: false, redirect: false, maxAge: '1d' }));
  return router;
}
