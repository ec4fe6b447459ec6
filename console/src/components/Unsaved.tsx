import { Trans, useLingui } from '@lingui/react/macro';
import { type ReactNode, useEffect } from 'react';
import { type NavigateOptions, useBlocker } from 'react-router';
import { session } from '../app/session/session';
import { ConfirmDialog } from './Confirm';

/** For the way on from a form that was sent: nothing is lost by it. */
export const SAVED: NavigateOptions = { state: { saved: true } };

/** Asks before a page is left, also by the browser's own buttons, while something stands in it that would be lost: `children` say what. */
export function Unsaved({ when, children }: { when: boolean; children?: ReactNode }) {
  const { t } = useLingui();
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => when && currentLocation.pathname !== nextLocation.pathname && nextLocation.state?.saved !== true,
  );
  useEffect(() => {
    if (!when) return;
    const ask = (event: BeforeUnloadEvent): void => {
      // Whoever has signed out must not stay with what they saw.
      if (session.get().status === 'signed-in') event.preventDefault();
    };
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [when]);
  if (blocker.state !== 'blocked') return null;
  const question = {
    title: t`Leave this page?`,
    children: children ?? <Trans>What you have entered here is not kept, and what is being sent is stopped.</Trans>,
    action: t`Leave the page`,
  };
  return <ConfirmDialog question={question} answer={(leave) => (leave ? blocker.proceed() : blocker.reset())} />;
}
