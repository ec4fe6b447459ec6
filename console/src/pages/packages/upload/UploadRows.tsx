import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { ActionIcon, Button, Card, FileButton, Group, List, Progress, Stack, Text } from '@mantine/core';
import { IconCheck, IconClock, IconPlayerPause, IconPlayerPlay, IconRefresh, IconTrash } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { ErrorPanel } from '../../../components/ErrorPanel';
import { useFormats } from '../../../i18n/use-formats';
import { again, canGoOn, pause, remove, resume, sign, type UploadRow } from './uploads';

const STATES: Record<UploadRow['state'], MessageDescriptor> = {
  hashing: msg`computing its digest`,
  sending: msg`being sent`,
  paused: msg`paused`,
  waiting: msg`the line is cut; it goes on by itself`,
  done: msg`arrived`,
  failed: msg`refused`,
  cut: msg`interrupted: choose the same file again, and it goes on where it was`,
};

/** Each file on its way, and what has been checked of it. */
export function UploadRows({ rows, signingKeys }: { rows: readonly UploadRow[]; signingKeys: number | null }) {
  return (
    <Stack gap="sm">
      {rows.map((row) => (
        <OneUpload key={row.key} row={row} signingKeys={signingKeys} />
      ))}
    </Stack>
  );
}

function OneUpload({ row, signingKeys }: { row: UploadRow; signingKeys: number | null }) {
  const { t, i18n } = useLingui();
  const { bytes, percent } = useFormats();
  const done = row.state === 'done';
  return (
    <Card withBorder data-upload={row.filename} data-state={row.state}>
      <Stack gap="xs">
        <Group justify="space-between" wrap="nowrap">
          <div style={{ minWidth: 0 }}>
            <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
              {row.filename}
            </Text>
            <Text size="sm" c="dimmed">
              {bytes(row.size)} · {i18n._(STATES[row.state])}
              {!done && row.state !== 'hashing' && ` · ${percent(row.sent, row.size)}`}
            </Text>
          </div>
          <Group gap={4} wrap="nowrap">
            {row.state === 'sending' && (
              <ActionIcon variant="default" aria-label={t`Pause ${row.filename}`} onClick={() => pause(row.key)}>
                <IconPlayerPause size={16} />
              </ActionIcon>
            )}
            {row.state === 'paused' && (
              <ActionIcon variant="default" aria-label={t`Resume ${row.filename}`} onClick={() => resume(row.key)}>
                <IconPlayerPlay size={16} />
              </ActionIcon>
            )}
            {row.state === 'failed' && canGoOn(row.key) && (
              <ActionIcon variant="default" aria-label={t`Try again: ${row.filename}`} onClick={() => again(row.key)}>
                <IconRefresh size={16} />
              </ActionIcon>
            )}
            <ActionIcon variant="default" aria-label={t`Remove ${row.filename}`} onClick={() => remove(row.key)}>
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        </Group>
        {!done && (
          <Progress
            value={row.size > 0 ? (100 * row.sent) / row.size : 0}
            color={row.state === 'failed' ? 'red.8' : 'indigo'}
            aria-label={t`Progress of ${row.filename}`}
          />
        )}
        <ErrorPanel problems={row.problems} />
        <Checks row={row} signingKeys={signingKeys} />
        <Group gap="xs">
          <FileButton accept=".sig,.txt,.b64" onChange={(file) => file && void sign(row.key, file)}>
            {(props) => (
              <Button {...props} size="xs" variant="default">
                {row.signature ? <Trans>Another signature …</Trans> : <Trans>Add a signature …</Trans>}
              </Button>
            )}
          </FileButton>
          {row.signature && signingKeys === 0 && (
            <Text size="sm" c="error">
              <Trans>The product has no key to check it with.</Trans>
            </Text>
          )}
        </Group>
      </Stack>
    </Card>
  );
}

function Checks({ row, signingKeys }: { row: UploadRow; signingKeys: number | null }) {
  const done = row.state === 'done';
  return (
    <List size="sm" spacing={2} center listStyleType="none">
      <Check passed={row.sent >= row.size && row.state !== 'failed'}>
        <Trans>all bytes sent</Trans>
      </Check>
      <Check passed={done}>
        <Trans>its content is what its name says, and it is complete</Trans>
      </Check>
      {row.digest && (
        <Check passed={done}>
          <Trans>it arrived as this browser has read it (SHA-256)</Trans>
        </Check>
      )}
      {row.signature ? (
        <Check passed={false}>
          <Trans>signed: the signature is checked with the keys of the product when the package is made</Trans>
        </Check>
      ) : (
        <List.Item icon={<IconClock size={16} aria-hidden opacity={0.4} />}>
          {signingKeys ? <Trans>not signed, though the product has keys to check signatures with</Trans> : <Trans>not signed</Trans>}
        </List.Item>
      )}
    </List>
  );
}

function Check({ passed, children }: { passed: boolean; children: ReactNode }) {
  const { t } = useLingui();
  const label = passed ? t`passed` : t`not yet`;
  const Sign = passed ? IconCheck : IconClock;
  return (
    <List.Item icon={<Sign size={16} role="img" aria-label={label} color={passed ? 'var(--mantine-color-green-8)' : undefined} />}>
      <Text size="sm" data-passed={passed}>
        {children}
      </Text>
    </List.Item>
  );
}
