import { Trans } from '@lingui/react/macro';
import { Paper, Table, Text, Title } from '@mantine/core';
import { useFormats } from '../../i18n/use-formats';
import type { ShownBatch } from './use-batch';

/** What goes wrong, the most frequent first, and what to do about it. */
export function Failures({ batch: { failuresByCause, counts } }: { batch: ShownBatch }) {
  const { count } = useFormats();
  if (failuresByCause.length === 0) return null;
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="failures">
      <Title order={2} size="h3" id="failures" mb="xs">
        <Trans>Failures by cause</Trans>
      </Title>
      <Table.ScrollContainer minWidth={640} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>
                <Trans>What happened</Trans>
              </Table.Th>
              <Table.Th ta="right">
                <Trans>failed</Trans>
              </Table.Th>
              <Table.Th ta="right">
                <Trans>trying again</Trans>
              </Table.Th>
              <Table.Th w="38%">
                <Trans>What to do</Trans>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {failuresByCause.map(({ cause, failed, failing }) => (
              <Table.Tr key={cause.code} data-cause={cause.code}>
                <Table.Td>
                  {cause.description}
                  <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                    {cause.code}
                  </Text>
                </Table.Td>
                <Table.Td ta="right">{count(failed)}</Table.Td>
                <Table.Td ta="right">{count(failing)}</Table.Td>
                <Table.Td>{cause.recommendation}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {counts.regressed > 0 && (
        <Text size="sm" mt="xs">
          <Trans>Devices that went back to their old version after their success: {count(counts.regressed)}</Trans>
        </Text>
      )}
    </Paper>
  );
}
