import { Trans } from '@lingui/react/macro';
import { Button, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useParams } from 'react-router';
import { PageTitle } from '../../app/layout/Layout';
import { ErrorPanel } from '../../components/ErrorPanel';
import { ThingNotFound } from '../../components/NotHere';
import { PageLoading } from '../../components/PageLoading';
import { PresenceSign } from '../../components/PresenceSign';
import { Time } from '../../components/Time';
import { DeviceActions } from './DeviceActions';
import { Connection, Family, Identity, Modules } from './Facts';
import { History } from './History';
import { PresenceHistory } from './PresenceHistory';
import { Reason } from './Reason';
import { useDevice } from './use-device';

/** One device: what it is, what happened to it, and why nothing happens. */
export function Page() {
  const { deviceId = '' } = useParams();
  const { state, error, reload, refresh, readOlder, readingOlder } = useDevice(deviceId);
  if (error?.problems.some(({ code }) => code === 'NOT_FOUND')) return <ThingNotFound />;
  if (!state) return error ? <ErrorPanel problems={error.problems} retry={reload} /> : <PageLoading />;
  const { device, tasks, older } = state;
  if (!device) return <ThingNotFound />;
  return (
    <>
      <PageTitle title={device.deviceName}>
        <DeviceActions device={device} done={reload} />
      </PageTitle>
      <Stack gap="lg">
        {error && <ErrorPanel problems={error.problems} retry={reload} />}
        <Group gap="sm" fz="sm">
          <PresenceSign device={device} />
          {device.onlineChangedAt && (
            <Text size="sm" c="dimmed">
              <Trans>
                since <Time at={device.onlineChangedAt} />
              </Trans>
            </Text>
          )}
          <Button size="compact-xs" variant="subtle" leftSection={<IconRefresh size={14} />} onClick={() => void refresh()}>
            <Trans>Look again</Trans>
          </Button>
        </Group>
        <Reason device={device} tasks={tasks} />
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
          <Identity device={device} />
          <Stack gap="lg">
            <Modules device={device} />
            <Family device={device} />
            <Connection device={device} />
            <PresenceHistory changes={device.presenceChanges} />
          </Stack>
        </SimpleGrid>
        <section>
          <Title order={2} size="h3" mb="sm">
            <Trans>What happened</Trans>
          </Title>
          <History device={device} tasks={tasks} />
          {older && (
            <Button variant="default" loading={readingOlder} onClick={() => void readOlder()}>
              <Trans>Show older tasks</Trans>
            </Button>
          )}
        </section>
      </Stack>
    </>
  );
}
