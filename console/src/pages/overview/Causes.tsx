import { Trans } from '@lingui/react/macro';
import { Paper, Table, Title } from '@mantine/core';
import type { OverviewQuery } from '../../generated/pages/overview/documents';
import { useFormats } from '../../i18n/use-formats';

type Failing = NonNullable<OverviewQuery['running']>['edges'][number]['node'];

/** Why devices fail now, over all batches that are on their way. */
export function Causes({ batches }: { batches: readonly Pick<Failing, 'failuresByCause'>[] }) {
  const { count } = useFormats();
  const sums = new Map<string, { description: string; devices: number }>();
  for (const { failed, failing, cause } of batches.flatMap(({ failuresByCause }) => failuresByCause)) {
    const before = sums.get(cause.code)?.devices ?? 0;
    sums.set(cause.code, { description: cause.description, devices: before + failed + failing });
  }
  if (sums.size === 0) return null;
  return (
    <Paper withBorder p="md" component="section">
      <Title order={2} size="h3" mb="xs">
        <Trans>Why devices fail now</Trans>
      </Title>
      <Table>
        <Table.Tbody>
          {[...sums]
            .sort(([, one], [, other]) => other.devices - one.devices)
            .slice(0, 8)
            .map(([code, { description, devices }]) => (
              <Table.Tr key={code} data-cause={code}>
                <Table.Td>{description}</Table.Td>
                <Table.Td ta="right">{count(devices)}</Table.Td>
              </Table.Tr>
            ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}
