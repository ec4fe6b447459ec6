import { Plural, Trans } from '@lingui/react/macro';
import { Alert, Anchor, Text } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { Link } from 'react-router';
import { paths } from '../../app/paths';
import { Why } from '../../components/history/Why';
import type { DeviceTaskFragment, ShownDeviceFragment } from '../../generated/pages/device/documents';

interface Props {
  device: ShownDeviceFragment;
  tasks: readonly DeviceTaskFragment[];
}

/** Why nothing happens, what happens next, and by when. */
export function Reason({ device, tasks }: Props) {
  const open = tasks.filter(({ waitingFor }) => waitingFor !== null);
  const [first] = open;
  return (
    <Alert icon={<IconInfoCircle />} variant="default" title={<Trans>What it is waiting for</Trans>}>
      <Text size="sm" role="status" data-reason>
        {first ? (
          <>
            <Anchor component={Link} to={paths.task(first.id)} inherit underline="always">
              <Trans>Update to {first.targetVersion}</Trans>
            </Anchor>
            {': '}
            <Why task={first} />{' '}
            {open.length > 1 && <Plural value={open.length - 1} one="# more task is unfinished." other="# more tasks are unfinished." />}
          </>
        ) : (
          <Nothing device={device} last={tasks[0]} />
        )}
      </Text>
    </Alert>
  );
}

function Nothing({ device, last }: { device: ShownDeviceFragment; last: DeviceTaskFragment | undefined }) {
  if (!device.enabled) return <Trans>The device is disabled: no batch selects it until somebody enables it.</Trans>;
  if (last?.status === 'FAILED')
    return (
      <>
        <Trans>Nothing: its last update has failed, and nobody has retried it.</Trans> {last.cause?.description}{' '}
        {last.cause?.recommendation}{' '}
        <Anchor component={Link} to={paths.task(last.id)} inherit underline="always">
          <Trans>Go to the task</Trans>
        </Anchor>
      </>
    );
  if (last?.status === 'CANCELED') return <Trans>Nothing: its last update was canceled. The next batch that selects it goes on.</Trans>;
  if (last) return <Trans>Nothing: all of its updates have ended. The next batch that selects it goes on.</Trans>;
  return <Trans>Nothing: no batch has selected it yet.</Trans>;
}
