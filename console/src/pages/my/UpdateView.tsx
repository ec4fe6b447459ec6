import { useLingui } from '@lingui/react';
import { Trans, useLingui as useMacro } from '@lingui/react/macro';
import { Alert, Group, Progress, Stack, Text, Title } from '@mantine/core';
import { IconBan, IconCircleCheck, IconX } from '@tabler/icons-react';
import { Children, type ReactNode } from 'react';
import { Time } from '../../components/Time';
import type { MyTaskFragment } from '../../generated/pages/my/documents';
import { useFormats } from '../../i18n/use-formats';
import { Decide } from './Decide';
import { ReleaseNotes } from './ReleaseNotes';
import { wordsOf } from './words';

/** What a device is all of, where nothing else is said: no news to anybody. */
const ONLY_MODULE = 'default';

/** One update of one device: what it brings, how far it is, and what its user can say to it. */
export function UpdateView({ task }: { task: MyTaskFragment }) {
  const { bytes } = useFormats();
  const { package: pushed, sourceVersion, targetVersion, module } = task;
  const size = pushed?.files.reduce((sum, file) => sum + Number(file.size), 0) ?? 0;
  return (
    <Stack gap="sm" component="section" data-task={task.id} data-status={task.status}>
      <div>
        <Title order={3} size="h4" style={{ overflowWrap: 'anywhere' }}>
          <Trans>Version {targetVersion}</Trans>
        </Title>
        <Facts
          facts={[
            sourceVersion !== null && <Trans>now {sourceVersion}</Trans>,
            size > 0 && <Trans>{bytes(size)} to download</Trans>,
            module !== ONLY_MODULE && module,
          ]}
        />
      </div>
      {pushed && <ReleaseNotes text={pushed.customInfo || pushed.description || ''} />}
      <State task={task} />
      {task.status === 'UNCONFIRMED' && <Decide task={task} />}
    </Stack>
  );
}

function Facts({ facts }: { facts: readonly ReactNode[] }) {
  const known = Children.toArray(facts);
  return (
    <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
      {known.map((fact, index) => [index > 0 && ' · ', fact])}
    </Text>
  );
}

function State({ task }: { task: MyTaskFragment }) {
  const { _ } = useLingui();
  const { t } = useMacro();
  const { status, progress, waitingFor, waitsUntil, targetVersion, cause } = task;
  if (status === 'SUCCEEDED')
    return (
      <Alert color="green" variant="light" icon={<IconCircleCheck />} role="status">
        <Trans>Done. The device now has version {targetVersion}.</Trans>
      </Alert>
    );
  if (status === 'FAILED')
    return (
      <Alert color="red" variant="light" icon={<IconX />} role="status">
        <Trans>The update did not work.</Trans> {cause?.description}
      </Alert>
    );
  if (status === 'CANCELED')
    return (
      <Alert variant="default" icon={<IconBan />} role="status">
        <Trans>This update will not be installed.</Trans>
      </Alert>
    );
  const words = wordsOf(task);
  return (
    <div role="status">
      {words && <Text data-words={waitingFor}>{_(words)}</Text>}
      {waitingFor === 'CONFIRMATION_DEFERRED' && waitsUntil && (
        <Text>
          <Trans>
            You are asked again at <Time at={waitsUntil} />.
          </Trans>
        </Text>
      )}
      {status === 'IN_PROGRESS' && progress !== null && (
        <Group gap="sm" wrap="nowrap" mt="xs">
          <Progress value={progress} aria-label={t`Progress`} size="lg" flex={1} />
          <Text size="sm" fw={600}>
            {progress} %
          </Text>
        </Group>
      )}
    </div>
  );
}
