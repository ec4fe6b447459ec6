import { Plural, Trans } from '@lingui/react/macro';
import { Anchor, Group, Paper, Stack, Text } from '@mantine/core';
import { useEffect } from 'react';
import { Link } from 'react-router';
import { paths } from '../../app/paths';
import { StatusBadge } from '../../components/StatusBadge';
import { StatusBar } from '../../components/StatusBar';
import { BATCH_LOOKS } from '../../components/statuses';
import { Time } from '../../components/Time';
import { type CardBatchFragment, FollowCardDocument } from '../../generated/pages/overview/documents';
import { useFormats } from '../../i18n/use-formats';
import { useLive } from '../../live/use-live';

interface Props {
  batch: CardBatchFragment;
  /** What it pushes now. */
  told?: (batchId: string, rate: CardBatchFragment['rate']) => void;
}

/** A batch that is on its way, kept true by its own events. */
export function BatchCard({ batch: given, told }: Props) {
  const { count, percent } = useFormats();
  const { state } = useLive({
    key: given.id,
    // What the overview has read is what to begin with; the first event brings all that changes.
    load: async () => ({ ok: true as const, data: given }),
    subscription: FollowCardDocument,
    variables: { batchId: given.id },
    all: (batch: CardBatchFragment) => batch,
    event: (batch, { batchProgress: progress }) =>
      progress.__typename === 'BatchProgress' ? { ...batch, ...progress.batch, counts: progress.counts, rate: progress.rate } : batch,
  });
  const batch = state ?? given;
  const { counts, rate, estimatedEnd } = batch;
  useEffect(() => told?.(given.id, rate), [given.id, rate, told]);
  return (
    <Paper withBorder p="md" component="article" data-batch={batch.name}>
      <Stack gap="xs">
        <Group justify="space-between" gap="xs">
          <Anchor component={Link} to={paths.batch(batch.id)} fw={600}>
            {batch.name}
          </Anchor>
          <StatusBadge look={BATCH_LOOKS[batch.status]} />
        </Group>
        <Text size="xs" c="dimmed">
          {batch.productKey} · {batch.module} → {batch.targetVersion}
        </Text>
        <StatusBar counts={counts} />
        <Text size="sm">
          <Trans>
            {count(counts.succeeded)} of {count(counts.total)} succeeded ({percent(counts.succeeded, counts.total)}), {count(counts.failed)}{' '}
            failed
          </Trans>
        </Text>
        <Text size="sm" c="dimmed" component="div">
          <Trans>
            <Plural value={rate.reached} one="# device a minute" other="# devices a minute" /> of {count(rate.asked)} asked
          </Trans>
          {estimatedEnd?.at && (
            <>
              {' · '}
              <Trans>
                ends <Time at={estimatedEnd.at} relative />
              </Trans>
            </>
          )}
        </Text>
        {batch.statusReason && <Text size="sm">{batch.statusReason}</Text>}
      </Stack>
    </Paper>
  );
}
