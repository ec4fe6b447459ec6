import { Trans, useLingui } from '@lingui/react/macro';
import { Alert, Anchor, Group, Progress, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import { Link, useParams } from 'react-router';
import { PageTitle } from '../../app/layout/Layout';
import { paths } from '../../app/paths';
import { ErrorPanel } from '../../components/ErrorPanel';
import { momentsOf } from '../../components/history/moments';
import { TimeLine } from '../../components/history/TimeLine';
import { Why } from '../../components/history/Why';
import { ThingNotFound } from '../../components/NotHere';
import { PageLoading } from '../../components/PageLoading';
import { StatusBadge } from '../../components/StatusBadge';
import { TASK_LOOKS } from '../../components/statuses';
import { Attempts } from './Attempts';
import { Sent } from './Sent';
import { TaskActions } from './TaskActions';
import { useTask } from './use-task';

/** One device's part in one batch: where it stands, why, and every step on its way. */
export function Page() {
  const { t } = useLingui();
  const { taskId = '' } = useParams();
  const { task, isMissing, problems, reload } = useTask(taskId);
  if (isMissing || problems.some(({ code }) => code === 'NOT_FOUND')) return <ThingNotFound />;
  if (!task) return problems.length > 0 ? <ErrorPanel problems={problems} retry={reload} /> : <PageLoading />;
  const { deviceName, deviceId, device, batch, batchId, status, attempt, progress, waitingFor, cause, causeText, targetVersion } = task;
  return (
    <>
      <PageTitle title={t`${deviceName}: update to ${targetVersion}`}>
        <TaskActions task={task} done={reload} />
      </PageTitle>
      <Stack gap="lg">
        {problems.length > 0 && <ErrorPanel problems={problems} retry={reload} />}
        <Group gap="sm">
          <StatusBadge look={TASK_LOOKS[status]} {...(attempt > 1 && { note: t`attempt ${attempt}` })} />
          <Text size="sm">
            {device ? (
              <Anchor component={Link} to={paths.device(deviceId)} inherit>
                <Trans>Device {deviceName}</Trans>
              </Anchor>
            ) : (
              <Trans>The device was deleted.</Trans>
            )}{' '}
            ·{' '}
            {batch ? (
              <Anchor component={Link} to={paths.batch(batchId)} inherit>
                <Trans>Batch</Trans> {batch.name}
              </Anchor>
            ) : (
              <Trans>The batch was deleted.</Trans>
            )}
          </Text>
        </Group>
        {status === 'IN_PROGRESS' && progress !== null && <Progress value={progress} aria-label={t`Progress`} />}
        {waitingFor && (
          <Alert variant="default" icon={<IconInfoCircle />} title={<Trans>What it is waiting for</Trans>}>
            <Text size="sm" role="status" data-reason>
              <Why task={task} />
            </Text>
          </Alert>
        )}
        {cause && (
          <Alert
            variant="light"
            color="red"
            icon={<IconAlertTriangle />}
            title={status === 'FAILED' ? <Trans>Why it failed</Trans> : <Trans>Why its last attempt failed</Trans>}
          >
            <Text size="sm" data-cause={cause.code}>
              {cause.description} <b>{cause.recommendation}</b>
            </Text>
            {causeText && (
              <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                <Trans>The device said:</Trans> “{causeText}”
              </Text>
            )}
          </Alert>
        )}
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
          <section>
            <Title order={2} size="h3" mb="sm">
              <Trans>What happened</Trans>
            </Title>
            <TimeLine label={t`Steps of the task`} moments={momentsOf(task)} />
          </section>
          <Stack gap="lg">
            <Sent task={task} />
            <Attempts task={task} />
          </Stack>
        </SimpleGrid>
      </Stack>
    </>
  );
}
