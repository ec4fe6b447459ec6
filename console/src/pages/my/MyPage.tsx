import { Trans, useLingui } from '@lingui/react/macro';
import { Box, Button, Stack } from '@mantine/core';
import { IconDeviceMobile, IconUserOff } from '@tabler/icons-react';
import { LanguageMenu } from '../../app/layout/LanguageMenu';
import { PageTitle } from '../../app/layout/Layout';
import { useViewer } from '../../app/session/may';
import { signOut } from '../../app/session/session';
import { EmptyState } from '../../components/EmptyState';
import { ErrorPanel } from '../../components/ErrorPanel';
import { PageLoading } from '../../components/PageLoading';
import type { MyTaskFragment } from '../../generated/pages/my/documents';
import { DeviceCard } from './DeviceCard';
import { PairDevice } from './PairDevice';
import { type My, useMy } from './use-my';
import { rankOf } from './words';

/** For the users of devices, on their phones. */
export function Page() {
  const { t } = useLingui();
  const viewer = useViewer();
  if (viewer && viewer.role !== 'APP')
    return (
      <EmptyState icon={IconUserOff} order={1} title={<Trans>This page is for the users of devices</Trans>}>
        <Trans>
          It shows the devices of one owner, who signs in by an identity provider or with a token. You see all devices under Devices.
        </Trans>
      </EmptyState>
    );
  return (
    <Box maw={560} mx="auto">
      <PageTitle title={t`My devices`} />
      <Mine isOwner={viewer?.owner != null} />
      <Stack hiddenFrom="sm" mt="xl" align="start">
        <LanguageMenu />
        <Button variant="subtle" onClick={() => void signOut()}>
          <Trans>Sign out</Trans>
        </Button>
      </Stack>
    </Box>
  );
}

function Mine({ isOwner }: { isOwner: boolean }) {
  const { state, error, reload } = useMy();
  if (!state) return error ? <ErrorPanel problems={error.problems} retry={reload} /> : <PageLoading />;
  return (
    <Stack>
      {error && <ErrorPanel problems={error.problems} retry={reload} />}
      {state.devices.length === 0 && (
        <EmptyState icon={IconDeviceMobile} title={<Trans>You have no devices yet</Trans>}>
          {isOwner ? <Trans>Add one with its code.</Trans> : <Trans>Ask whoever gave you access to this page.</Trans>}
        </EmptyState>
      )}
      {cardsOf(state).map(({ device, tasks }) => (
        <DeviceCard key={device.id} device={device} tasks={tasks} />
      ))}
      {isOwner && <PairDevice done={reload} />}
    </Stack>
  );
}

/** Devices that ask something come first. */
function cardsOf({ devices, tasks }: My) {
  const of = new Map<string, MyTaskFragment[]>();
  for (const task of tasks.values()) of.set(task.deviceId, [...(of.get(task.deviceId) ?? []), task]);
  const cards = devices.map((device) => ({
    device,
    tasks: (of.get(device.id) ?? []).sort((a, b) => rankOf(a) - rankOf(b)),
  }));
  const rank = (card: (typeof cards)[number]): number => (card.tasks[0] ? rankOf(card.tasks[0]) : 5);
  return cards.sort((a, b) => rank(a) - rank(b));
}
