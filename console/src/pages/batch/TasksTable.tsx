import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { Button, Group, NativeSelect, Stack, Table, Text, TextInput, VisuallyHidden } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { memo, useCallback, useEffect, useRef, useState } from 'react';
import { SEARCH_FIELD } from '../../app/layout/keyboard';
import { ErrorPanel } from '../../components/ErrorPanel';
import list from '../../components/rows/rows.module.css';
import { Space } from '../../components/rows/Space';
import { useRows } from '../../components/rows/use-rows';
import { countOf } from '../../components/StatusBar';
import { TASK_LOOKS, TASK_STATUSES } from '../../components/statuses';
import { useFilters } from '../../components/use-filters';
import { TaskActions } from './TaskActions';
import { ROW_PX, TaskRow } from './TaskRow';
import classes from './TasksTable.module.css';
import type { ShownBatch } from './use-batch';
import { useTasks } from './use-tasks';

/** More rows than fit into sight. */
const PAGE_ROWS = 100;

/** Each device of the batch, as it is now. What is filtered stands in the address. */
export function TasksTable({ batch }: { batch: ShownBatch }) {
  const { t, i18n } = useLingui();
  const [filter, setFilters] = useFilters();
  const status = TASK_STATUSES.find((each) => each === filter('status')) ?? null;
  const prefix = filter('device');
  const { state, error, reload, reading, readMore } = useTasks(batch.id, { status, prefix });
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const setPrefix = useDebouncedCallback((device: string) => setFilters({ device }), 250);

  const rows = state?.rows ?? [];
  const scroller = useRef<HTMLDivElement>(null);
  const { indices, above, below } = useRows(scroller, rows.length, ROW_PX);
  const last = indices.at(-1) ?? -1;
  const isNearEnd = last >= rows.length - 20 && (state?.hasMore ?? false) && !reading;
  // biome-ignore lint/correctness/useExhaustiveDependencies: it reads on when the end comes near, and not for another function.
  useEffect(() => {
    if (isNearEnd) void readMore();
  }, [isNearEnd]);

  const choose = useCallback(
    (id: string, on: boolean): void =>
      setSelected((before) => {
        const next = new Set(before);
        if (on) next.add(id);
        else next.delete(id);
        return next;
      }),
    [],
  );
  const chosen = rows.filter(({ id }) => selected.has(id));
  const unseen = state?.unseen.size ?? 0;
  // As high as it will be, so that what stands below keeps its place.
  const awaited = state || error ? 0 : Math.min(PAGE_ROWS, status ? countOf(batch.counts, status) : batch.counts.total);

  return (
    <Stack gap="sm">
      <Group align="end" gap="sm">
        <TextInput
          {...SEARCH_FIELD}
          label={t`Device name begins with`}
          leftSection={<IconSearch size={16} />}
          defaultValue={prefix}
          onChange={(event) => setPrefix(event.currentTarget.value)}
        />
        <NativeSelect
          label={t`Status`}
          value={status ?? ''}
          onChange={(event) => setFilters({ status: event.currentTarget.value })}
          data={[{ value: '', label: t`any` }, ...TASK_STATUSES.map((value) => ({ value, label: i18n._(TASK_LOOKS[value].label) }))]}
        />
        <TaskActions
          batchId={batch.id}
          chosen={chosen}
          done={() => {
            setSelected(new Set());
            reload();
          }}
        />
      </Group>
      {error && <ErrorPanel problems={error.problems} retry={reload} />}
      {unseen > 0 && (
        <Button variant="light" size="xs" onClick={reload}>
          <Plural value={unseen} one="Show # more that fits now" other="Show # more that fit now" />
        </Button>
      )}
      <div ref={scroller} className={`${list.scroller} ${classes.scroller}`} data-scroller>
        <Table
          stickyHeader
          layout="fixed"
          miw={760}
          aria-label={t`Devices of the batch`}
          aria-rowcount={state?.hasMore ? -1 : rows.length + 1}
        >
          <Head />
          <tbody>
            <Space height={above} />
            {indices.map((index) => {
              const task = rows[index];
              return task && <TaskRow key={task.id} task={task} index={index} chosen={selected.has(task.id)} choose={choose} />;
            })}
            <Space height={below + awaited * ROW_PX} />
          </tbody>
        </Table>
      </div>
      <Text size="sm" c="dimmed" aria-live="polite">
        {reading || !state ? (
          <Trans>Loading …</Trans>
        ) : rows.length === 0 ? (
          <Trans>No device of this batch fits the filter.</Trans>
        ) : (
          <Plural value={rows.length} one="# device shown" other="# devices shown" />
        )}
        {state?.hasMore && !reading && (
          <>
            {' '}
            <Trans>Scroll for more.</Trans>
          </>
        )}
      </Text>
    </Stack>
  );
}

const Head = memo(function Head() {
  return (
    <Table.Thead>
      <Table.Tr aria-rowindex={1}>
        <Table.Th w={44}>
          <VisuallyHidden>
            <Trans>Selection</Trans>
          </VisuallyHidden>
        </Table.Th>
        <Table.Th w="22%">
          <Trans>Device</Trans>
        </Table.Th>
        <Table.Th w={220}>
          <Trans>Status</Trans>
        </Table.Th>
        <Table.Th>
          <Trans>Why</Trans>
        </Table.Th>
        <Table.Th w={140}>
          <Trans>Changed</Trans>
        </Table.Th>
      </Table.Tr>
    </Table.Thead>
  );
});
