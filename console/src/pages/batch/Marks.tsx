import { Trans, useLingui } from '@lingui/react/macro';
import { Text, Timeline, Title } from '@mantine/core';
import { Time } from '../../components/Time';
import { MARK_KINDS } from './kinds';
import type { ShownBatch } from './use-batch';

/** What was done to it, the newest first: two people on one batch see each other's work. */
export function Marks({ batch: { marks } }: { batch: ShownBatch }) {
  const { i18n } = useLingui();
  if (marks.length === 0) return null;
  return (
    <section aria-labelledby="marks">
      <Title order={2} size="h3" id="marks" mb="sm">
        <Trans>What happened</Trans>
      </Title>
      <Timeline bulletSize={14} lineWidth={2}>
        {marks.toReversed().map(({ at, kind, by, reason, fields }) => (
          <Timeline.Item key={`${at} ${kind}`} title={i18n._(MARK_KINDS[kind])}>
            <Text size="sm" c="dimmed" component="div">
              <Time at={at} precision="second" /> {by ?? <Trans>by itself</Trans>} {fields.join(', ')} {reason}
            </Text>
          </Timeline.Item>
        ))}
      </Timeline>
    </section>
  );
}
