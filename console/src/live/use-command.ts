import type { Document, Problem, Result } from '@updraft/client';
import { useCallback, useState } from 'react';
import { platform } from '../app/platform';
import { signedOut } from '../app/session/session';

export interface Command<D, V> {
  /** Null where it was refused: `problems` says why. */
  run(variables: V): Promise<D | null>;
  readonly running: boolean;
  readonly problems: readonly Problem[];
  /** Takes away what is told. */
  forget(): void;
}

/** A mutation: whether it is under way, and what the API has said against it. It is safe to repeat, by its idempotency key. */
export function useCommand<D, V>(document: Document<D, V>): Command<D, V> {
  const [running, setRunning] = useState(false);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const run = useCallback(
    async (variables: V): Promise<D | null> => {
      setRunning(true);
      setProblems([]);
      const result: Result<D> = await platform.mutate(document, variables);
      setRunning(false);
      if (result.ok) return result.data;
      if (result.reason === 'not-signed-in') signedOut();
      else setProblems(result.problems);
      return null;
    },
    [document],
  );
  const forget = useCallback(() => setProblems([]), []);
  return { run, running, problems, forget };
}
