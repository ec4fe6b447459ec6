import { Trans, useLingui } from '@lingui/react/macro';
import { Anchor, Box, Paper, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import { paths } from '../../app/paths';
import { Time } from '../../components/Time';
import { NEXT_TEXTS, WAITING_TEXTS } from '../../components/waiting';
import type { OverviewNumbersQuery } from '../../generated/pages/overview/documents';

type Tasks = OverviewNumbersQuery['waiting'];
type Waits = NonNullable<Tasks>['edges'][number]['node'];

/** Of its sentences: the panel stays as high while they are read. On a phone they take more lines. */
const HEIGHT_PX = { base: 92, sm: 48 };

/** Of the device that has waited longest for its upgrade: why, and what happens next. Undefined: not read yet. */
export function Waiting({ tasks }: { tasks: Tasks | undefined }) {
  // They come in the order of their batches, the oldest first.
  const [task] = (tasks?.edges ?? []).map(({ node }) => node).sort((a, b) => a.createdAt.localeCompare(b.createdAt));
  return (
    <Paper withBorder p="md" component="section" data-waiting={task?.deviceName}>
      <Title order={2} size="h3" mb="xs">
        <Trans>Waiting longest</Trans>
      </Title>
      <Box mih={HEIGHT_PX}>
        {task && <Task task={task} />}
        {tasks && !task && (
          <Text size="sm" c="dimmed">
            <Trans>No device waits for its upgrade.</Trans>
          </Text>
        )}
      </Box>
    </Paper>
  );
}

function Task({ task: { id, deviceName, waitingFor, createdAt, batch } }: { task: Waits }) {
  const { i18n } = useLingui();
  return (
    <>
      <Text>
        <Anchor component={Link} underline="always" to={paths.task(id)} style={{ overflowWrap: 'anywhere' }}>
          {deviceName}
        </Anchor>{' '}
        {waitingFor && (
          <>
            {i18n._(WAITING_TEXTS[waitingFor])} {i18n._(NEXT_TEXTS[waitingFor])}
          </>
        )}
      </Text>
      <Text size="sm" c="dimmed" component="div">
        <Trans>
          Its task was made <Time at={createdAt} relative />
        </Trans>
        {batch && (
          <>
            {' · '}
            <Anchor component={Link} to={paths.batch(batch.id)} inherit underline="always">
              {batch.name}
            </Anchor>
          </>
        )}
      </Text>
    </>
  );
}
