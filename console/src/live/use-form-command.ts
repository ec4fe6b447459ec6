import type { Document, Problem } from '@updraft/client';
import { useRef, useState } from 'react';
import { platform } from '../app/platform';
import { signedOut } from '../app/session/session';
import { safeToRepeat, useErrorText } from '../i18n/error-text';
import { type FormLike, showAtFields } from '../i18n/form-errors';
import { createSameCall } from './same-call';

export interface FormCommand<D, V> {
  /** Null where it was refused: the fields say why, and `problems` what no field is about. */
  run(variables: V): Promise<D | null>;
  readonly running: boolean;
  readonly problems: readonly Problem[];
}

/** A mutation of a form. Nothing typed is lost, whatever comes of it. */
export function useFormCommand<D, V>(
  document: Document<D, V>,
  form: FormLike,
  fieldOf: (path: string) => string | null,
): FormCommand<D, V> {
  const textOf = useErrorText();
  const [running, setRunning] = useState(false);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const call = useRef(createSameCall());
  const run = async (variables: V): Promise<D | null> => {
    setRunning(true);
    setProblems([]);
    const result = await platform.mutate(document, variables, { idempotencyKey: call.current.keyFor(variables) });
    setRunning(false);
    const isOpen = !result.ok && result.problems.some(({ mayBeDone }) => mayBeDone);
    if (!isOpen) call.current.ended();
    if (result.ok) return result.data;
    if (result.reason === 'not-signed-in') signedOut();
    else setProblems(showAtFields(form, result.problems.map(safeToRepeat), textOf, fieldOf));
    return null;
  };
  return { run, running, problems };
}
