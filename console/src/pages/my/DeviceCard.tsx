import { Trans } from '@lingui/react/macro';
import { Divider, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { Fragment } from 'react';
import { PresenceSign } from '../../components/PresenceSign';
import type { MyTaskFragment } from '../../generated/pages/my/documents';
import { Earlier } from './Earlier';
import { UpdateView } from './UpdateView';
import type { MyDevice } from './use-my';

/** A device with its updates. */
export function DeviceCard({ device, tasks }: { device: MyDevice; tasks: readonly MyTaskFragment[] }) {
  const { deviceName, online, modules } = device;
  return (
    <Paper withBorder p="md" component="article" data-device={deviceName} aria-label={deviceName}>
      <Stack gap="sm">
        <div>
          <Group justify="space-between" gap="xs">
            <Title order={2} size="h3" style={{ overflowWrap: 'anywhere' }}>
              {deviceName}
            </Title>
            <PresenceSign device={{ enabled: true, online }} />
          </Group>
          {modules.length > 0 && (
            <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
              {modules.map(({ name, version }) => `${name} ${version}`).join(', ')}
            </Text>
          )}
        </div>
        {tasks.length === 0 && (
          <Text>
            <Trans>No update is waiting.</Trans>
          </Text>
        )}
        {tasks.map((task) => (
          <Fragment key={task.id}>
            <Divider />
            <UpdateView task={task} />
          </Fragment>
        ))}
        <Earlier deviceId={device.id} />
      </Stack>
    </Paper>
  );
}
