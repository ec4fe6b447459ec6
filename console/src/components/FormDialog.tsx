import { Trans } from '@lingui/react/macro';
import { Button, Group, Stack } from '@mantine/core';
import type { Problem } from '@updraft/client';
import type { FormEvent, ReactNode } from 'react';
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
  return (
    <InputDialog {...{ title, close, isDirty }}>
      <form onSubmit={submit} noValidate>
        <Stack>
          <ErrorPanel problems={problems} />
          {children}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
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
