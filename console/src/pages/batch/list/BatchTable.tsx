import { Trans } from '@lingui/react/macro';
import { Anchor, Box, Table, Text } from '@mantine/core';
import { Link } from 'react-router';
import { paths } from '../../../app/paths';
import { StatusBadge } from '../../../components/StatusBadge';
import { StatusBar } from '../../../components/StatusBar';
import { BATCH_LOOKS, isOver } from '../../../components/statuses';
import { Time } from '../../../components/Time';
import { FollowBatchDocument, type ListedBatchFragment } from '../../../generated/pages/batch/documents';
import { useFormats } from '../../../i18n/use-formats';
import { useLive } from '../../../live/use-live';

/** Rows whose devices are followed, each by a subscription; a connection has 100. */
const MOST_FOLLOWED = 40;

export function BatchTable({ batches, gone }: { batches: readonly ListedBatchFragment[]; gone: ReadonlySet<string> }) {
  let followed = 0;
  return (
    <Table.ScrollContainer minWidth={720} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>
              <Trans>Batch</Trans>
            </Table.Th>
            <Table.Th>
              <Trans>Status</Trans>
            </Table.Th>
            <Table.Th w="35%">
              <Trans>Devices</Trans>
            </Table.Th>
            <Table.Th>
              <Trans>Created</Trans>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {batches.map((batch) => {
            const isGone = gone.has(batch.id);
            const follows = !isGone && !isOver(batch.status) && followed < MOST_FOLLOWED;
            if (follows) followed += 1;
            return <Row key={batch.id} batch={batch} isGone={isGone} follows={follows} />;
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Row({ batch, isGone, follows }: { batch: ListedBatchFragment; isGone: boolean; follows: boolean }) {
  const { count } = useFormats();
  const { state } = useLive({
    key: follows ? batch.id : null,
    load: async () => ({ ok: true as const, data: batch.counts }),
    subscription: FollowBatchDocument,
    variables: { batchId: batch.id },
    all: (counts: ListedBatchFragment['counts']) => counts,
    event: (counts, { batchProgress: progress }) => (progress.__typename === 'BatchProgress' ? progress.counts : counts),
  });
  const counts = state ?? batch.counts;
  return (
    <Table.Tr data-listed={batch.name} data-gone={isGone || undefined}>
      <Table.Td>
        {isGone ? (
          <Text component="s" c="dimmed">
            {batch.name}
          </Text>
        ) : (
          <Anchor component={Link} to={paths.batch(batch.id)}>
            {batch.name}
          </Anchor>
        )}
        <Text size="xs" c="dimmed">
          {batch.productKey} · {batch.module} → {batch.targetVersion}
        </Text>
      </Table.Td>
      <Table.Td>{isGone ? <Trans>deleted</Trans> : <StatusBadge look={BATCH_LOOKS[batch.status]} />}</Table.Td>
      <Table.Td>
        <StatusBar counts={counts} />
        <Box fz="xs" c="dimmed" mt={4}>
          <Trans>
            {count(counts.succeeded)} of {count(counts.total)} succeeded, {count(counts.failed)} failed
          </Trans>
        </Box>
      </Table.Td>
      <Table.Td>
        <Time at={batch.createdAt} />
      </Table.Td>
    </Table.Tr>
  );
}
