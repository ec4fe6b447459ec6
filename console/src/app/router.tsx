import { useEffect, useState } from 'react';
import { createBrowserRouter, type RouteObject } from 'react-router';
import { ErrorBoundary, PageFault } from '../components/ErrorBoundary';
import { PageNotFound } from '../components/NotHere';
import { loadPageTexts } from '../i18n/i18n';
import { untilItSucceeds } from '../live/persistently';
import { Layout } from './layout/Layout';
import { PAGES, type PageRoute } from './page';
import { platform } from './platform';

type Loaded = Awaited<ReturnType<PageRoute['load']>>;

/** The file of a page could not be had, such as after a cut, or when another version is served: it is there once it can be. */
function Late({ error, load }: { error: unknown; load: () => Promise<Loaded> }) {
  const [found, setFound] = useState<Loaded | null>(null);
  useEffect(() => {
    const ended = new AbortController();
    const attempt = async (): Promise<boolean> => {
      const loaded = await load().catch(() => null);
      if (loaded && !ended.signal.aborted) setFound(loaded);
      return loaded !== null;
    };
    void untilItSucceeds(attempt, platform.state, ended.signal);
    return () => ended.abort();
  }, [load]);
  return found ? <found.Page /> : <PageFault error={error} />;
}

const routes: RouteObject[] = PAGES.flatMap(({ name, routes: own }) =>
  own.map(({ path, load }) => ({
    path,
    ErrorBoundary,
    async lazy() {
      const both = async (): Promise<Loaded> => (await Promise.all([load(), loadPageTexts(name)]))[0];
      try {
        return { Component: (await both()).Page };
      } catch (error) {
        // The router draws nothing at all for a route whose `lazy` has failed.
        return { element: <Late error={error} load={both} /> };
      }
    },
  })),
);

const Nothing = () => null;

export const createRouter = () =>
  createBrowserRouter([
    {
      path: '/',
      Component: Layout,
      ErrorBoundary,
      HydrateFallback: Nothing,
      children: [...routes, { path: '*', Component: PageNotFound }],
    },
  ]);
