import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Group, Stack } from '@mantine/core';
import type { Problem } from '@updraft/client';
import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { ConfirmDialog } from './Confirm';
import { ErrorPanel } from './ErrorPanel';
import { InputDialog } from './InputDialog';

interface Props {
  title: ReactNode;
  action: ReactNode;
  close: () => void;
  submit: (event?: FormEvent<HTMLFormElement>) => void;
  running: boolean;
  /** Something was entered or changed. */
  isDirty: boolean;
  problems: readonly Problem[];
  children: ReactNode;
  /** It does what cannot be undone. */
  danger?: boolean;
  /** False: it cannot be sent yet, for a reason that is plain to see. */
  ready?: boolean;
  /** How it is left, where "Cancel" might be taken for what it does. */
  keep?: ReactNode;
}

/** A form over the page: it stays open, with what was typed, until the API has taken it. */
export function FormDialog({
  title,
  action,
  close,
  submit,
  running,
  isDirty,
  problems,
  children,
  danger = false,
  ready = true,
  keep,
}: Props) {
  const { t } = useLingui();
  const [asks, setAsks] = useState(false);
  useEffect(() => {
    if (!running) setAsks(false);
  }, [running]);
  // What was sent cannot be called back, and what comes of it, such as a new key, would be shown to nobody.
  const leave = running ? () => setAsks(true) : close;
  const question = {
    title: t`Close this before the answer is there?`,
    children: <Trans>What was sent may be done all the same, and what comes of it, such as a new key, is not shown then.</Trans>,
    action: t`Close it`,
  };
  const answer = (yes: boolean): void => (yes ? close() : setAsks(false));
  return (
    <InputDialog {...{ title, isDirty }} close={leave}>
      {asks && running && <ConfirmDialog {...{ question, answer }} />}
      <form onSubmit={submit} noValidate>
        <Stack>
          <ErrorPanel problems={problems} />
          {children}
          <Group justify="flex-end">
            <Button variant="default" onClick={leave}>
              {keep ?? <Trans>Cancel</Trans>}
            </Button>
            <Button type="submit" loading={running} disabled={!ready} {...(danger && { color: 'red.9' })}>
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </InputDialog>
  );
}
