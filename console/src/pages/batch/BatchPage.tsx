import { Trans, useLingui } from '@lingui/react/macro';
import { Alert, Anchor, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconDownload, IconHandStop } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { PageTitle } from '../../app/layout/Layout';
import { paths } from '../../app/paths';
import { ErrorPanel } from '../../components/ErrorPanel';
import { ThingNotFound } from '../../components/NotHere';
import { PageLoading } from '../../components/PageLoading';
import { StatusBadge } from '../../components/StatusBadge';
import { StatusBar } from '../../components/StatusBar';
import { BATCH_LOOKS } from '../../components/statuses';
import { BatchActions } from './BatchActions';
import { BatchCurve } from './curve/BatchCurve';
import { Facts } from './Facts';
import { Failures } from './Failures';
import { Marks } from './Marks';
import { nextOf } from './next';
import { TasksTable } from './TasksTable';
import { useBatch } from './use-batch';

/** A batch, failures first. */
export function Page() {
  const { batchId = '' } = useParams();
  const { i18n } = useLingui();
  const { state, batch, error, reload } = useBatch(batchId);
  const [deleted, setDeleted] = useState(false);
  if (deleted || (state && !batch) || error?.problems.some(({ code }) => code === 'NOT_FOUND')) return <ThingNotFound />;
  if (error) return <ErrorPanel problems={error.problems} retry={reload} />;
  if (!batch) return <PageLoading />;
  const halted = batch.status === 'HALTED' || batch.status === 'FAILED';
  return (
    <Stack gap="lg">
      <div>
        <PageTitle title={batch.name}>
          <BatchActions batch={batch} reload={reload} deleted={() => setDeleted(true)} />
        </PageTitle>
        <Group gap="sm">
          <StatusBadge look={BATCH_LOOKS[batch.status]} />
          <Text size="sm" c="dimmed">
            <Trans>
              <Anchor inherit component={Link} to={paths.package(batch.packageId)}>
                {batch.package ? `${batch.package.name} ${batch.package.version}` : batch.targetVersion}
              </Anchor>{' '}
              to{' '}
              <Anchor inherit component={Link} to={paths.product(batch.productKey)}>
                {batch.productKey}
              </Anchor>
              , module {batch.module}
            </Trans>
          </Text>
        </Group>
      </div>
      {halted ? (
        <Alert color="red" icon={<IconHandStop />} title={i18n._(BATCH_LOOKS[batch.status].label)} role="alert">
          {batch.statusReason} {i18n._(nextOf(batch))}
        </Alert>
      ) : (
        <Text data-next>
          {batch.statusReason} {i18n._(nextOf(batch))}
        </Text>
      )}
      <Paper withBorder p="md">
        <StatusBar counts={batch.counts} linkOf={(status) => `?status=${status}#tasks`} />
      </Paper>
      <Failures batch={batch} />
      <BatchCurve batch={batch} />
      <Facts batch={batch} />
      <section aria-labelledby="tasks">
        <Group justify="space-between" mb="sm">
          <Title order={2} size="h3" id="tasks">
            <Trans>Devices</Trans>
          </Title>
          {!batch.tasksRemovedAt && (
            <Button
              component="a"
              href={`/batches/${encodeURIComponent(batch.id)}/tasks.csv`}
              variant="default"
              size="xs"
              leftSection={<IconDownload size={14} />}
            >
              <Trans>Devices as CSV</Trans>
            </Button>
          )}
        </Group>
        {batch.tasksRemovedAt ? (
          <Text c="dimmed">
            <Trans>The tasks were removed, because the batch ended long ago. The numbers above are those of then.</Trans>
          </Text>
        ) : (
          <TasksTable batch={batch} />
        )}
      </section>
      <Marks batch={batch} />
    </Stack>
  );
}
