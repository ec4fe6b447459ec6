import { Trans, useLingui } from '@lingui/react/macro';
import { Group, Text, Tooltip } from '@mantine/core';
import { IconBroadcast, IconCloudOff, IconPlugConnectedX, IconRefresh } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { platform } from '../app/platform';
import { useStore } from '../app/store';
import { Time } from '../components/Time';

/** Whether what is on the page is true now. It is always visible, and told to screen readers when it changes. */
export function LiveBadge() {
  const state = useStore(platform.state);
  const { t } = useLingui();
  const shown = ((): { icon: ReactNode; text: ReactNode; hint: string } | null => {
    switch (state.status) {
      case 'idle':
        return null;
      case 'connecting':
        return { icon: <IconRefresh size={16} />, text: <Trans>connecting</Trans>, hint: t`Connecting for live updates.` };
      case 'live':
        return { icon: <IconBroadcast size={16} />, text: <Trans>live</Trans>, hint: t`This page updates as things happen.` };
      case 'reconnecting':
        return {
          icon: <IconPlugConnectedX size={16} />,
          text: <Trans>reconnecting</Trans>,
          hint: t`The connection was lost a moment ago. What you see may be slightly old; no change will be missed.`,
        };
      case 'stale':
        return {
          icon: <IconCloudOff size={16} />,
          text: (
            <Trans>
              stale since <Time at={state.since} precision="second" />
            </Trans>
          ),
          hint: t`The platform does not answer. What you see dates from then. The console keeps trying.`,
        };
      case 'signed-out':
        return { icon: <IconCloudOff size={16} />, text: <Trans>signed out</Trans>, hint: t`Sign in again to continue.` };
    }
  })();
  return (
    <div role="status" data-live={state.status}>
      {shown && (
        <Tooltip label={shown.hint} multiline maw={280}>
          <Group gap={4} wrap="nowrap" c={state.status === 'stale' || state.status === 'signed-out' ? 'error' : undefined}>
            {shown.icon}
            <Text size="sm" component="span">
              {shown.text}
            </Text>
          </Group>
        </Tooltip>
      )}
    </div>
  );
}
