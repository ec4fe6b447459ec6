import { Trans } from '@lingui/react/macro';
import { Stack, Text, Title } from '@mantine/core';
import { Time } from '../../components/Time';
import type { OneTaskFragment } from '../../generated/pages/task/documents';

/** Each attempt that failed, and why. */
export function Attempts({ task: { attempts, retryAt } }: { task: OneTaskFragment }) {
  return (
    <section>
      <Title order={2} size="h3" mb="sm">
        <Trans>Attempts that failed</Trans>
      </Title>
      {attempts.length === 0 && (
        <Text size="sm" c="dimmed">
          <Trans>None.</Trans>
        </Text>
      )}
      <Stack gap="sm">
        {attempts.map(({ number, startedAt, endedAt, cause, text }) => (
          <div key={`${number} ${endedAt}`} data-attempt={number}>
            <Text size="sm" fw={600}>
              <Trans>Attempt {number}</Trans>
            </Text>
            <Text size="sm" c="dimmed" component="div">
              {startedAt ? (
                <Trans>
                  notified <Time at={startedAt} precision="second" />, failed <Time at={endedAt} precision="second" />
                </Trans>
              ) : (
                <Trans>
                  failed <Time at={endedAt} precision="second" />
                </Trans>
              )}
            </Text>
            <Text size="sm">
              {cause.description} {cause.recommendation}
            </Text>
            {text && (
              <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                “{text}”
              </Text>
            )}
          </div>
        ))}
        {retryAt && (
          <Text size="sm" component="div">
            <Trans>
              The next attempt begins <Time at={retryAt} precision="second" />.
            </Trans>
          </Text>
        )}
      </Stack>
    </section>
  );
}
