import { useLingui } from '@lingui/react';
import { useCallback } from 'react';
import { ERROR_TEXTS, TITLES, WITHOUT_ANSWER } from './error-texts';
import { kindOf } from './problem-kind';

interface Said {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | null;
  readonly limit?: string | null;
  /** Nobody knows whether the command was carried out. */
  readonly mayBeDone?: boolean;
  /** Sent again as it is, it is the same call: `same-call.ts`. */
  readonly isSafeToRepeat?: boolean;
}

/** A problem of a form that keeps the key of its call. */
export const safeToRepeat = <P extends Said>(problem: P): P => ({ ...problem, isSafeToRepeat: true });

/** What is said of these elsewhere is for programmers, or says already that the outcome is unknown. */
const WITHOUT_OUTCOME = new Set(['UNREACHABLE', 'STORE_UNAVAILABLE']);

/** Which query has the ids: whoever is at the console does not type them. */
const IS_FOR_PROGRAMS = /^Query `/;

/** In English what the API says, which knows most; in other languages the translation of its code, else what the API says. */
export function useErrorText(): (problem: Said) => string {
  const { i18n, _: translate } = useLingui();
  return useCallback(
    ({ code, message, hint, limit, mayBeDone = false, isSafeToRepeat = false }) => {
      const known = i18n.locale === 'en' && !WITHOUT_OUTCOME.has(code) ? undefined : ERROR_TEXTS[code];
      const useful = hint && !IS_FOR_PROGRAMS.test(hint) ? ` ${hint}` : '';
      const said = known ? translate(known.id, { limit: limit ?? '?' }) : message + useful;
      if (!mayBeDone) return said;
      return `${said} ${translate((isSafeToRepeat ? WITHOUT_ANSWER.sendAgain : WITHOUT_ANSWER.lookFirst).id)}`;
    },
    [i18n, translate],
  );
}

export function useErrorTitle(): (problems: readonly Said[]) => string {
  const { _: translate } = useLingui();
  return useCallback((problems) => translate(TITLES[kindOf(problems)].id), [translate]);
}
