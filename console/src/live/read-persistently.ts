import type { Document } from '@updraft/client';
import { platform } from '../app/platform';
import { persistently } from './persistently';

/** For what no event asks for once more: while the platform is away it tries again. Undefined: it was refused, or nobody waits any more. */
export const readPersistently = <Data, Variables>(
  document: Document<Data, Variables>,
  variables: Variables,
  signal: AbortSignal,
): Promise<Data | undefined> =>
  persistently(() => platform.query(document, variables), { state: platform.state, signal, failed: () => undefined });
