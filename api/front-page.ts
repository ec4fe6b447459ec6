import type { RequestHandler } from 'express';

/** Without a console, whoever opens the bare address is led on: to the explorer, or where there is none, told what is here. */
export const frontPage =
  (explorer: boolean): RequestHandler =>
  (_req, res) => {
    if (explorer) return res.redirect('/explorer/');
    res.json({ name: 'Updraft', graphql: '/graphql', packages: '/packages', uploads: '/uploads', health: '/healthz', ready: '/readyz' });
  };
