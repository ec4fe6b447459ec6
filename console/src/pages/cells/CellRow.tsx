import { Trans, useLingui } from '@lingui/react/macro';
import { Anchor, Button, Group, Progress, Stack, Table, Text } from '@mantine/core';
import type { Result } from '@updraft/client';
import { useState } from 'react';
import { Link } from 'react-router';
import { paths } from '../../app/paths';
import { platform } from '../../app/platform';
import { ErrorPanel } from '../../components/ErrorPanel';
import { StatusBadge } from '../../components/StatusBadge';
import { TASK_LOOKS } from '../../components/statuses';
import { FollowCellDocument, type ShownCellFragment, TasksOfCellDocument } from '../../generated/pages/cells/documents';
import { useFormats } from '../../i18n/use-formats';
import { useLive } from '../../live/use-live';
import { useLoaded } from '../../live/use-loaded';

/** One level of a cell, as it is now. */
export function CellRow({ row }: { row: ShownCellFragment }) {
  const { t } = useLingui();
  const { count } = useFormats();
  const [open, setOpen] = useState(false);
  const { cell, level } = row;
  const live = useLive({
    key: `${cell} ${level}`,
    load: async (): Promise<Result<null>> => ({ ok: true, data: null }),
    subscription: FollowCellDocument,
    variables: { cell, level },
    all: (_, before: ShownCellFragment | null) => before ?? row,
    event: (before, { cellChanges: event }) => (event.__typename === 'CellChange' ? event.cell : before),
  });
  const shown = live.state ?? row;
  const { taken, kept, limit, waiting } = shown;
  const levels: Record<typeof level, string> = {
    LEVEL_0: t`good`,
    LEVEL_1: t`fair`,
    LEVEL_2: t`poor`,
    CELL: t`not told`,
  };
  const percent = (part: number): number => (100 * part) / Math.max(limit, taken + kept, 1);
  return (
    <>
      <Table.Tr data-cell={cell} data-level={level} data-taken={taken} data-waiting={waiting}>
        <Table.Td style={{ overflowWrap: 'anywhere' }}>{cell}</Table.Td>
        <Table.Td>{levels[level]}</Table.Td>
        <Table.Td>
          <Text size="sm">
            {kept > 0 ? (
              <Trans>
                {count(taken)} of {count(limit)}, {count(kept)} more kept for devices that were called
              </Trans>
            ) : (
              <Trans>
                {count(taken)} of {count(limit)}
              </Trans>
            )}
          </Text>
          <Progress.Root size="sm" aria-hidden>
            <Progress.Section value={percent(taken)} />
            <Progress.Section value={percent(kept)} color="gray" />
          </Progress.Root>
        </Table.Td>
        <Table.Td ta="right">{count(waiting)}</Table.Td>
        <Table.Td>
          <Button
            size="xs"
            variant="default"
            aria-expanded={open}
            aria-label={
              open ? t`Hide the devices in ${cell}, coverage ${levels[level]}` : t`Show the devices in ${cell}, coverage ${levels[level]}`
            }
            onClick={() => setOpen(!open)}
          >
            {open ? <Trans>Hide</Trans> : <Trans>Show</Trans>}
          </Button>
        </Table.Td>
      </Table.Tr>
      {open && (
        <Table.Tr>
          <Table.Td colSpan={5}>
            <Tasks shown={shown} />
          </Table.Td>
        </Table.Tr>
      )}
    </>
  );
}

/** Whose cell slots they are; read again as they change. */
function Tasks({ shown: { id, cell, taken, kept } }: { shown: ShownCellFragment }) {
  const { data, problems, loading, reload } = useLoaded(`tasks of ${id} ${taken} ${kept}`, () =>
    platform.query(TasksOfCellDocument, { cell }),
  );
  const tasks = data?.cells?.edges.find(({ node }) => node.id === id)?.node.tasks;
  return (
    <Stack gap="xs">
      <ErrorPanel problems={problems} retry={reload} />
      {tasks?.edges.map(({ node }) => (
        <Group key={node.id} gap="sm">
          <Anchor component={Link} to={paths.device(node.deviceId)} size="sm" style={{ overflowWrap: 'anywhere' }}>
            {node.deviceName}
          </Anchor>
          <Anchor component={Link} to={paths.task(node.id)} size="sm">
            <Trans>task</Trans>
          </Anchor>
          <StatusBadge look={TASK_LOOKS[node.status]} />
        </Group>
      ))}
      {(tasks?.edges.length ?? 0) === 0 && !loading && problems.length === 0 && (
        <Text size="sm" c="dimmed">
          <Trans>No device has a cell slot now.</Trans>
        </Text>
      )}
      {tasks?.pageInfo.hasNextPage && (
        <Text size="sm" c="dimmed">
          <Trans>Only the first 50 are shown.</Trans>
        </Text>
      )}
    </Stack>
  );
}
