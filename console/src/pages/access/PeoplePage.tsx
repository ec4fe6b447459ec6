import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Group, NativeSelect, Table, Text } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import { platform } from '../../app/platform';
import { ROLE_NAMES, useMay, useViewer } from '../../app/session/may';
import { useConfirm } from '../../components/Confirm';
import { EmptyState } from '../../components/EmptyState';
import { ErrorPanel } from '../../components/ErrorPanel';
import { MoreRows } from '../../components/MoreRows';
import { StatusBadge } from '../../components/StatusBadge';
import { Time } from '../../components/Time';
import { useFilters } from '../../components/use-filters';
import { BlockDocument, ListPeopleDocument, type ShownPersonFragment, UnblockDocument } from '../../generated/pages/access/documents';
import { useCommand } from '../../live/use-command';
import { usePages } from '../../live/use-pages';
import { AccessFrame } from './AccessFrame';
import { ALLOWED, BLOCKED } from './looks';

const FILTERS: Record<string, { blocked: boolean } | null> = { '': null, yes: { blocked: true }, no: { blocked: false } };

/** People who have signed in by an identity provider: their role is the provider's matter, whether they may come in is ours. */
export function Page() {
  const { t, i18n } = useLingui();
  const may = useMay('ADMINISTRATOR');
  const viewer = useViewer();
  const confirm = useConfirm();
  const [get, set] = useFilters();
  const chosen = get('blocked') in FILTERS ? get('blocked') : '';
  const block = useCommand(BlockDocument);
  const unblock = useCommand(UnblockDocument);
  const { rows, ...list } = usePages(
    may ? `people ${chosen}` : null,
    (after) => platform.query(ListPeopleDocument, { filter: FILTERS[chosen] ?? null, after }),
    ({ people }) => people,
  );

  const askBlock = async (person: ShownPersonFragment): Promise<void> => {
    const yes = await confirm({
      title: t`Block this person?`,
      danger: true,
      action: t`Block`,
      children: (
        <Trans>{person.name} is refused from now on, and whatever is open ends within seconds. You can undo it by unblocking.</Trans>
      ),
    });
    if (yes && (await block.run({ input: { id: person.id } }))) list.reload();
  };
  const doUnblock = async (person: ShownPersonFragment): Promise<void> => {
    if (await unblock.run({ input: { id: person.id } })) list.reload();
  };

  return (
    <AccessFrame tab="people">
      <Group>
        <NativeSelect
          label={t`Show`}
          value={chosen}
          onChange={(event) => set({ blocked: event.currentTarget.value })}
          data={[
            { value: '', label: t`everybody` },
            { value: 'no', label: t`who may sign in` },
            { value: 'yes', label: t`who is blocked` },
          ]}
        />
      </Group>
      <ErrorPanel problems={[...list.problems, ...block.problems, ...unblock.problems]} retry={list.reload} />
      {rows && rows.length > 0 && (
        <Table.ScrollContainer minWidth={820} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
          <Table verticalSpacing="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t`Name`}</Table.Th>
                <Table.Th>{t`Role`}</Table.Th>
                <Table.Th>{t`Products`}</Table.Th>
                <Table.Th>{t`State`}</Table.Th>
                <Table.Th>{t`Last seen`}</Table.Th>
                <Table.Th>{t`Actions`}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((person) => (
                <Table.Tr key={person.id} data-person={person.subject} data-blocked={person.blockedAt !== null}>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>
                    {person.name}
                    <Text size="xs" c="dimmed">
                      {person.subject} · {person.issuer}
                    </Text>
                  </Table.Td>
                  <Table.Td>{i18n._(ROLE_NAMES[person.role])}</Table.Td>
                  <Table.Td>{person.products === null ? t`all` : person.products.join(', ')}</Table.Td>
                  <Table.Td>
                    <StatusBadge look={person.blockedAt === null ? ALLOWED : BLOCKED} />
                  </Table.Td>
                  <Table.Td>
                    <Time at={person.lastSeenAt} relative />
                  </Table.Td>
                  <Table.Td>
                    {person.blockedAt === null ? (
                      <Button
                        size="xs"
                        variant="default"
                        disabled={person.id === viewer?.actorId}
                        loading={block.running}
                        aria-label={t`Block ${person.name}`}
                        onClick={() => void askBlock(person)}
                      >
                        <Trans>Block …</Trans>
                      </Button>
                    ) : (
                      <Button
                        size="xs"
                        variant="default"
                        loading={unblock.running}
                        aria-label={t`Unblock ${person.name}`}
                        onClick={() => void doUnblock(person)}
                      >
                        <Trans>Unblock</Trans>
                      </Button>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {rows?.length === 0 && !list.loading && (
        <EmptyState icon={IconUsers} title={chosen ? <Trans>Nobody matches</Trans> : <Trans>Nobody has signed in yet</Trans>}>
          {!chosen && <Trans>People appear here when they sign in by an identity provider for the first time.</Trans>}
        </EmptyState>
      )}
      <MoreRows {...list} />
    </AccessFrame>
  );
}
