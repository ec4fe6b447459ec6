import { Trans } from '@lingui/react/macro';
import { Anchor, Card, Group, Stack, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import { paths } from '../../app/paths';
import { StatusBadge } from '../../components/StatusBadge';
import { BATCH_LOOKS } from '../../components/statuses';
import type { ShownPackageFragment } from '../../generated/pages/packages/documents';
import { useFormats } from '../../i18n/use-formats';

export function BatchesOfPackage({ batches }: { batches: ShownPackageFragment['batches'] }) {
  const { count } = useFormats();
  return (
    <Card withBorder>
      <Title order={2} size="h4" mb="xs">
        <Trans>Batches</Trans>
      </Title>
      {batches.edges.length === 0 && (
        <Text c="dimmed">
          <Trans>No batch has pushed it yet.</Trans>
        </Text>
      )}
      <Stack gap="sm">
        {batches.edges.map(({ node }) => (
          <Group key={node.id} justify="space-between" wrap="nowrap" align="start">
            <div style={{ minWidth: 0 }}>
              <Anchor component={Link} to={paths.batch(node.id)} style={{ overflowWrap: 'anywhere' }}>
                {node.name}
              </Anchor>
              <Text size="xs" c="dimmed">
                <Trans>
                  {count(node.counts.succeeded)} of {count(node.counts.total)} succeeded, {count(node.counts.failed)} failed
                </Trans>
              </Text>
            </div>
            <StatusBadge look={BATCH_LOOKS[node.status]} />
          </Group>
        ))}
      </Stack>
    </Card>
  );
}
