import { Trans, useLingui } from '@lingui/react/macro';
import { Anchor, Card, Center, Group, Loader, Progress, Stack, Text, Title } from '@mantine/core';
import { useEffect } from 'react';
import { Link } from 'react-router';
import { paths } from '../../../app/paths';
import { StatusBadge } from '../../../components/StatusBadge';
import { BATCH_LOOKS, isOver, TASK_LOOKS } from '../../../components/statuses';
import { Time } from '../../../components/Time';
import type { ShownPackageFragment } from '../../../generated/pages/packages/documents';
import { verificationLook } from '../looks';
import { useVerification } from './use-verification';

/** Of a device, with the gap to the next. */
const LINE_PX = 35;

interface Props {
  shown: ShownPackageFragment;
  reload: () => void;
}

/** Whether it was tried on devices, and how the last try goes, device by device. */
export function Verification({ shown, reload }: Props) {
  const { verification } = shown;
  const [last, ...earlier] = verification.runs.edges.map(({ node }) => node);
  return (
    <Card withBorder>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          <Trans>Verification</Trans>
        </Title>
        <StatusBadge look={verificationLook(verification)} />
      </Group>
      {verification.verifiedAt && (
        <Text size="sm" c="dimmed">
          <Trans>
            First one ended: <Time at={verification.verifiedAt} />
          </Trans>
        </Text>
      )}
      {!last && (
        <Text c="dimmed">
          {verification.required ? (
            <Trans>Batches wait until a verification has ended: try it on a few devices with “Verify”.</Trans>
          ) : (
            <Trans>It has not been tried on devices. That is not required, but wise.</Trans>
          )}
        </Text>
      )}
      {last && <Run key={last.id} batchId={last.id} devices={last.counts.total} wasOver={isOver(last.status)} ended={reload} />}
      {earlier.length > 0 && (
        <Stack gap={4} mt="sm">
          {earlier.map((run) => (
            <Group key={run.id} justify="space-between">
              <Anchor component={Link} to={paths.batch(run.id)} size="sm">
                <Time at={run.createdAt} />
              </Anchor>
              <StatusBadge look={BATCH_LOOKS[run.status]} />
            </Group>
          ))}
        </Stack>
      )}
    </Card>
  );
}

interface RunProps {
  batchId: string;
  devices: number;
  wasOver: boolean;
  ended: () => void;
}

function Run({ batchId, devices, wasOver, ended }: RunProps) {
  const { t } = useLingui();
  const run = useVerification(batchId);
  const over = run !== null && isOver(run.status);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it has come to its end under the eyes of the viewer.
  useEffect(() => {
    if (over && !wasOver) ended();
  }, [over, wasOver]);
  if (!run)
    return (
      // As high as its devices, so that what stands below keeps its place.
      <Center mt="xs" mih={LINE_PX * (1 + devices)}>
        <Loader size="sm" aria-label={t`Loading`} />
      </Center>
    );
  return (
    <Stack gap="xs" mt="xs">
      <Group gap="xs">
        <Anchor component={Link} to={paths.batch(batchId)} size="sm">
          <Trans>Last verification</Trans>
        </Anchor>
        <StatusBadge look={BATCH_LOOKS[run.status]} />
      </Group>
      {run.tasks.map((task) => (
        <div key={task.id} data-verification={task.deviceName} data-status={task.status}>
          <Group justify="space-between" gap="xs">
            <Anchor component={Link} to={paths.task(task.id)} size="sm" style={{ overflowWrap: 'anywhere' }}>
              {task.deviceName}
            </Anchor>
            <StatusBadge look={TASK_LOOKS[task.status]} {...(task.cause && { note: task.cause.code })} />
          </Group>
          {task.status === 'IN_PROGRESS' && <Progress value={task.progress ?? 0} mt={4} aria-label={t`Progress of ${task.deviceName}`} />}
        </div>
      ))}
    </Stack>
  );
}
