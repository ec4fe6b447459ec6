import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Group, Stack, Table, Text } from '@mantine/core';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { platform } from '../../app/platform';
import { ROLE_NAMES, useMay, useViewer } from '../../app/session/may';
import { useConfirm } from '../../components/Confirm';
import { EmptyState } from '../../components/EmptyState';
import { ErrorPanel } from '../../components/ErrorPanel';
import { MoreRows } from '../../components/MoreRows';
import { StatusBadge } from '../../components/StatusBadge';
import { Time } from '../../components/Time';
import { EndKeyDocument, ListKeysDocument, type ShownKeyFragment } from '../../generated/pages/access/documents';
import { useCommand } from '../../live/use-command';
import { usePages } from '../../live/use-pages';
import { AccessFrame } from './AccessFrame';
import { CreateKey } from './CreateKey';
import { EditKey } from './EditKey';
import { stateOf } from './key-values';
import { KEY_LOOKS } from './looks';

export function Page() {
  const { t, i18n } = useLingui();
  const may = useMay('ADMINISTRATOR');
  const viewer = useViewer();
  const confirm = useConfirm();
  const [creating, setCreating] = useState(false);
  const [edited, setEdited] = useState<ShownKeyFragment | null>(null);
  const revoke = useCommand(EndKeyDocument);
  const { rows, ...list } = usePages(
    may ? 'keys' : null,
    (after) => platform.query(ListKeysDocument, { after }),
    ({ apiKeys }) => apiKeys,
  );
  const now = new Date();

  const askRevoke = async (key: ShownKeyFragment): Promise<void> => {
    const yes = await confirm({
      title: t`Revoke this key?`,
      danger: true,
      typed: key.name,
      action: t`Revoke the key`,
      children: (
        <Stack gap="xs">
          <Text>
            <Trans>Whatever uses {key.name} is refused from now on, and what it has open ends. It cannot be undone.</Trans>
          </Text>
          {key.id === viewer?.actorId && (
            <Text fw={600}>
              <Trans>It is the key that you are signed in with: you will be signed out.</Trans>
            </Text>
          )}
        </Stack>
      ),
    });
    if (yes && (await revoke.run({ input: { id: key.id } }))) list.reload();
  };

  return (
    <AccessFrame
      tab="keys"
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setCreating(true)}>
          <Trans>New key</Trans>
        </Button>
      }
    >
      <ErrorPanel problems={[...list.problems, ...revoke.problems]} retry={list.reload} />
      {rows && rows.length > 0 && (
        <Table.ScrollContainer minWidth={900} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
          <Table verticalSpacing="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t`Name`}</Table.Th>
                <Table.Th>{t`Role`}</Table.Th>
                <Table.Th>{t`Products`}</Table.Th>
                <Table.Th>{t`State`}</Table.Th>
                <Table.Th>{t`Expires`}</Table.Th>
                <Table.Th>{t`Last used`}</Table.Th>
                <Table.Th>{t`Actions`}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((key) => (
                <Table.Tr key={key.id} data-key={key.name} data-state={stateOf(key, now)}>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>
                    {key.name}
                    {key.id === viewer?.actorId && (
                      <Text size="xs" c="dimmed">
                        <Trans>the key of your session</Trans>
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td>{i18n._(ROLE_NAMES[key.role])}</Table.Td>
                  <Table.Td>{key.products === null ? t`all` : key.products.join(', ')}</Table.Td>
                  <Table.Td>
                    <StatusBadge look={KEY_LOOKS[stateOf(key, now)]} />
                  </Table.Td>
                  <Table.Td>{key.expiresAt === null ? t`never` : <Time at={key.expiresAt} />}</Table.Td>
                  <Table.Td>{key.lastUsedAt === null ? t`never` : <Time at={key.lastUsedAt} relative />}</Table.Td>
                  <Table.Td>
                    {key.revokedAt === null && (
                      <Group gap={4} wrap="nowrap">
                        <Button size="xs" variant="default" aria-label={t`Edit ${key.name}`} onClick={() => setEdited(key)}>
                          <Trans>Edit</Trans>
                        </Button>
                        <Button
                          size="xs"
                          variant="default"
                          aria-label={t`Revoke ${key.name}`}
                          loading={revoke.running}
                          onClick={() => void askRevoke(key)}
                        >
                          <Trans>Revoke …</Trans>
                        </Button>
                      </Group>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {rows?.length === 0 && !list.loading && (
        <EmptyState icon={IconKey} title={<Trans>There is no key</Trans>}>
          <Trans>Programs sign in with keys. Give each its own, with the least role that it needs.</Trans>
        </EmptyState>
      )}
      <MoreRows {...list} />
      {creating && <CreateKey close={() => setCreating(false)} created={list.reload} />}
      {edited && <EditKey edited={edited} close={() => setEdited(null)} saved={list.reload} />}
    </AccessFrame>
  );
}
