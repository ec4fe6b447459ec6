import { Trans, useLingui } from '@lingui/react/macro';
import { Group, Modal, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { CopyText } from './CopyText';
import { Unsaved } from './Unsaved';

interface Props {
  title: ReactNode;
  /** By what they are. */
  secrets: readonly (readonly [label: string, value: string])[];
  close: () => void;
  /** What to do about it. */
  children: ReactNode;
  buttons: ReactNode;
}

/** Secrets that are shown once and are kept nowhere: only its buttons close it, and the page behind it is not left without a question. */
export function SecretDialog({ title, secrets, close, children, buttons }: Props) {
  const { t } = useLingui();
  return (
    <Modal
      opened
      onClose={close}
      closeOnClickOutside={false}
      closeOnEscape={false}
      title={title}
      closeButtonProps={{ 'aria-label': t`Close` }}
    >
      <Unsaved when={secrets.length > 0}>
        <Trans>What is shown here is shown only this once. Without a copy of it, it has to be made again.</Trans>
      </Unsaved>
      <Stack>
        {children}
        {secrets.map(([label, value]) => (
          <div key={label} data-secret={label}>
            <Text size="sm" fw={600}>
              {label}
            </Text>
            <CopyText block value={value} label={label} />
          </div>
        ))}
        <Group justify="flex-end">{buttons}</Group>
      </Stack>
    </Modal>
  );
}
