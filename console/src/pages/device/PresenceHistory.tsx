import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { Button, List, Text, Title } from '@mantine/core';
import { IconPlugConnected, IconPlugConnectedX } from '@tabler/icons-react';
import { useState } from 'react';
import { Time } from '../../components/Time';
import type { ShownDeviceFragment } from '../../generated/pages/device/documents';

type Change = ShownDeviceFragment['presenceChanges'][number];

const SHOWN_AT_FIRST = 6;

const WHY: Record<NonNullable<Change['reason']>, { online: MessageDescriptor; offline: MessageDescriptor }> = {
  CONNECTION: { online: msg`it connected`, offline: msg`its connection ended` },
  BROKER: { online: msg`the broker said so, or it was heard`, offline: msg`the broker said so` },
  PARENT: { online: msg`its parent connected`, offline: msg`its parent's connection ended` },
  REGISTRATION: { online: msg`it registered, or woke up`, offline: msg`its registration ended, or it went to sleep` },
  GATEWAY: { online: msg`it connected`, offline: msg`the gateway that held its connection ended` },
  SECRET_RESET: { online: msg`it connected`, offline: msg`it was given another secret` },
};

/** When it came and went, newest first. */
export function PresenceHistory({ changes }: { changes: readonly Change[] }) {
  const { t, i18n } = useLingui();
  const [all, setAll] = useState(false);
  const shown = all ? changes : changes.slice(0, SHOWN_AT_FIRST);
  return (
    <section>
      <Title order={2} size="h3" mb="sm">
        <Trans>On-line and off-line</Trans>
      </Title>
      {changes.length === 0 && (
        <Text size="sm" c="dimmed">
          <Trans>It has never been on-line.</Trans>
        </Text>
      )}
      <List size="sm" spacing={4} listStyleType="none" aria-label={t`Changes of its presence`}>
        {shown.map(({ at, online, reason }) => (
          <List.Item key={at} icon={online ? <IconPlugConnected size={16} aria-hidden /> : <IconPlugConnectedX size={16} aria-hidden />}>
            <Time at={at} precision="second" />: {online ? <Trans>on-line</Trans> : <Trans>off-line</Trans>}
            {reason && (
              <Text component="span" inherit c="dimmed">
                {' '}
                · {i18n._(WHY[reason][online ? 'online' : 'offline'])}
              </Text>
            )}
          </List.Item>
        ))}
      </List>
      {changes.length > shown.length && (
        <Button variant="subtle" size="compact-sm" mt="xs" onClick={() => setAll(true)}>
          <Trans>Show all {changes.length}</Trans>
        </Button>
      )}
    </section>
  );
}
