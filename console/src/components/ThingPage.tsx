import type { ReactNode } from 'react';
import { PageTitle } from '../app/layout/Layout';
import type { Loaded } from '../live/use-loaded';
import { ErrorPanel } from './ErrorPanel';
import { ThingNotFound } from './NotHere';
import { PageLoading } from './PageLoading';

interface Props<Data, Thing> {
  /** What it is called before it is known. */
  title: string;
  loaded: Loaded<Data>;
  /** The thing in an answer; null: there is none. */
  of: (data: Data) => Thing | null;
  children: (thing: Thing, reload: () => void) => ReactNode;
}

/** The page of one thing: while it is read, where it cannot be read, where there is none, and then itself. */
export function ThingPage<Data, Thing>({ title, loaded: { data, problems, reload }, of, children }: Props<Data, Thing>) {
  const thing = data && of(data);
  if (thing) return children(thing, reload);
  if (data || problems.some(({ code }) => code === 'NOT_FOUND')) return <ThingNotFound />;
  return (
    <>
      <PageTitle title={title} />
      <ErrorPanel problems={problems} retry={reload} />
      {problems.length === 0 && <PageLoading />}
    </>
  );
}
