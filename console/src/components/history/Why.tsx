import { useLingui } from '@lingui/react';
import { Trans } from '@lingui/react/macro';
import { Text } from '@mantine/core';
import { Time } from '../Time';
import { NEXT_TEXTS, WAITING_TEXTS } from '../waiting';

interface Waiting {
  readonly waitingFor: keyof typeof WAITING_TEXTS | null;
  readonly waitsUntil: string | null;
}

/** Why a task stands where it stands, what happens next, and by when. */
export function Why({ task: { waitingFor, waitsUntil } }: { task: Waiting }) {
  const { _ } = useLingui();
  if (waitingFor === null) return null;
  return (
    <Text component="span" inherit data-why={waitingFor}>
      {_(WAITING_TEXTS[waitingFor])} {_(NEXT_TEXTS[waitingFor])} <Limit waitingFor={waitingFor} waitsUntil={waitsUntil} />
    </Text>
  );
}

function Limit({ waitingFor, waitsUntil }: Waiting) {
  if (waitsUntil === null) return <Trans>There is no time limit.</Trans>;
  const at = <Time at={waitsUntil} precision="second" />;
  const away = <Time at={waitsUntil} relative />;
  if (waitingFor === 'RETRY')
    return (
      <Trans>
        The next attempt begins {away}, at {at}.
      </Trans>
    );
  if (waitingFor === 'CONFIRMATION_DEFERRED')
    return (
      <Trans>
        It asks again {away}, at {at}.
      </Trans>
    );
  return (
    <Trans>
      Otherwise this attempt fails {away}, at {at}.
    </Trans>
  );
}
