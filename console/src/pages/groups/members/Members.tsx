import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { Anchor, Button, Checkbox, Group, Stack, Table, Text, Title, VisuallyHidden } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { Link } from 'react-router';
import { paths } from '../../../app/paths';
import { Can } from '../../../components/Can';
import { useConfirm } from '../../../components/Confirm';
import { ErrorPanel } from '../../../components/ErrorPanel';
import { PresenceSign } from '../../../components/PresenceSign';
import list from '../../../components/rows/rows.module.css';
import { Space } from '../../../components/rows/Space';
import { useRows } from '../../../components/rows/use-rows';
import { type ListedGroupFragment, type MemberFragment, RemoveMembersDocument } from '../../../generated/pages/groups/documents';
import { useCommand } from '../../../live/use-command';
import { AddDevices } from './AddDevices';
import classes from './Members.module.css';
import { useMembers } from './use-members';

const ROW_PX = 37;

interface Props {
  group: ListedGroupFragment;
  changed: () => void;
}

/** The devices of a group: those in sight are drawn, those to come are read as somebody gets there. */
export function Members({ group, changed }: Props) {
  const { t } = useLingui();
  const confirm = useConfirm();
  const members = useMembers(group.id);
  const remove = useCommand(RemoveMembersDocument);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [adding, setAdding] = useState(false);
  const isStatic = group.kind === 'STATIC';
  const count = chosen.size;
  const done = (): void => {
    setChosen(new Set());
    members.reload();
    changed();
  };
  const askRemove = async (): Promise<void> => {
    const yes = await confirm({
      title: t`Take devices out of the group?`,
      action: t`Take out`,
      children: (
        <Plural
          value={count}
          one="# device is no longer in the group. It stays registered, and can be put in again."
          other="# devices are no longer in the group. They stay registered, and can be put in again."
        />
      ),
    });
    if (yes && (await remove.run({ input: { groupId: group.id, deviceIds: [...chosen] } }))) done();
  };
  const toggle = (id: string): void => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };

  return (
    <section>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          <Trans>Devices</Trans>
        </Title>
        {isStatic && (
          <Group gap="xs">
            {count > 0 && (
              <Can need="OPERATOR">
                {(control) => (
                  <Button {...control} size="xs" variant="default" loading={remove.running} onClick={() => void askRemove()}>
                    <Plural value={count} one="Take # device out …" other="Take # devices out …" />
                  </Button>
                )}
              </Can>
            )}
            <Can need="OPERATOR">
              {(control) => (
                <Button {...control} size="xs" leftSection={<IconPlus size={14} />} onClick={() => setAdding(true)}>
                  <Trans>Add devices</Trans>
                </Button>
              )}
            </Can>
          </Group>
        )}
      </Group>
      <Stack gap="xs">
        <ErrorPanel problems={[...members.problems, ...remove.problems]} />
        {members.rows.length === 0 && !members.hasMore ? (
          <Text size="sm" c="dimmed">
            {isStatic ? <Trans>No device is in the group itself.</Trans> : <Trans>No device matches the rule.</Trans>}
          </Text>
        ) : (
          <Rows rows={members.rows} readMore={members.readMore} {...(isStatic && { chosen, toggle })} />
        )}
        {members.rows.length > 0 && (
          <Text size="sm" c="dimmed" role="status">
            {members.hasMore ? (
              <Plural value={members.rows.length} one="# device so far; scroll for more." other="# devices so far; scroll for more." />
            ) : (
              <Plural value={members.rows.length} one="# device." other="# devices." />
            )}
          </Text>
        )}
      </Stack>
      {adding && <AddDevices group={group} close={() => setAdding(false)} added={done} />}
    </section>
  );
}

interface RowsProps {
  rows: readonly MemberFragment[];
  readMore: () => void;
  chosen?: ReadonlySet<string>;
  toggle?: (id: string) => void;
}

function Rows({ rows, readMore, chosen, toggle }: RowsProps) {
  const { t } = useLingui();
  const scroller = useRef<HTMLDivElement>(null);
  const { indices, above, below } = useRows(scroller, rows.length, ROW_PX);
  const last = indices.at(-1) ?? 0;
  useEffect(() => {
    if (last >= rows.length - 30) readMore();
  }, [last, rows.length, readMore]);
  return (
    <section
      ref={scroller}
      className={`${list.scroller} ${classes.scroller}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard.
      tabIndex={0}
      aria-label={t`Devices of the group, scrollable`}
    >
      <Table stickyHeader layout="fixed" aria-label={t`Devices of the group`} aria-rowcount={rows.length + 1}>
        <Table.Thead>
          <Table.Tr aria-rowindex={1}>
            {toggle && (
              <Table.Th className={classes.check}>
                <VisuallyHidden>{t`Chosen`}</VisuallyHidden>
              </Table.Th>
            )}
            <Table.Th>{t`Device`}</Table.Th>
            <Table.Th visibleFrom="sm">{t`Product`}</Table.Th>
            <Table.Th className={classes.state}>{t`State`}</Table.Th>
            <Table.Th visibleFrom="sm">{t`Versions`}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          <Space height={above} />
          {indices.map((index) => {
            const device = rows[index];
            if (!device) return null;
            const { id, deviceName, productKey, modules } = device;
            const versions = modules
              .map(({ name, spelling, version }) => (name === 'default' ? version : `${spelling} ${version}`))
              .join(', ');
            return (
              <Table.Tr key={id} aria-rowindex={index + 2} h={ROW_PX} data-device={deviceName}>
                {toggle && (
                  <Table.Td>
                    <Checkbox aria-label={t`Choose ${deviceName}`} checked={chosen?.has(id) ?? false} onChange={() => toggle(id)} />
                  </Table.Td>
                )}
                <Table.Td className={classes.cell}>
                  <Anchor component={Link} to={paths.device(id)} size="sm" title={deviceName}>
                    {deviceName}
                  </Anchor>
                </Table.Td>
                <Table.Td className={classes.cell} visibleFrom="sm">
                  {productKey}
                </Table.Td>
                <Table.Td className={classes.cell}>
                  <PresenceSign device={device} />
                </Table.Td>
                <Table.Td className={classes.cell} visibleFrom="sm" title={versions}>
                  {versions || '–'}
                </Table.Td>
              </Table.Tr>
            );
          })}
          <Space height={below} />
        </Table.Tbody>
      </Table>
    </section>
  );
}
