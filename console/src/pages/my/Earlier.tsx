import { Trans } from '@lingui/react/macro';
import { Button, Loader, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { platform } from '../../app/platform';
import { ErrorPanel } from '../../components/ErrorPanel';
import { StatusBadge } from '../../components/StatusBadge';
import { TASK_LOOKS } from '../../components/statuses';
import { Time } from '../../components/Time';
import { MyEarlierDocument } from '../../generated/pages/my/documents';
import { useLoaded } from '../../live/use-loaded';

/** The last updates of a device, read when somebody asks for them. */
export function Earlier({ deviceId }: { deviceId: string }) {
  const [shown, setShown] = useState(false);
  const { data, problems, reload } = useLoaded(shown ? `my earlier ${deviceId}` : null, () =>
    platform.query(MyEarlierDocument, { deviceId }),
  );
  const ended = data?.tasks?.edges.map(({ node }) => node).filter(({ endedAt }) => endedAt !== null);
  if (!shown)
    return (
      <Button size="lg" variant="subtle" fullWidth onClick={() => setShown(true)}>
        <Trans>Earlier updates</Trans>
      </Button>
    );
  return (
    <Stack gap="xs" data-earlier>
      <ErrorPanel problems={problems} retry={reload} />
      {!ended && problems.length === 0 && <Loader size="sm" />}
      {ended?.length === 0 && (
        <Text size="sm" c="dimmed">
          <Trans>There are none.</Trans>
        </Text>
      )}
      {ended?.map(({ id, status, targetVersion, endedAt, cause }) => (
        <div key={id}>
          <Text size="sm" component="div" style={{ overflowWrap: 'anywhere' }}>
            {targetVersion} <StatusBadge look={TASK_LOOKS[status]} /> {endedAt && <Time at={endedAt} />}
          </Text>
          {status === 'FAILED' && cause && (
            <Text size="sm" c="dimmed">
              {cause.description}
            </Text>
          )}
        </div>
      ))}
    </Stack>
  );
}
