import { Trans, useLingui } from '@lingui/react/macro';
import { Group, NativeSelect, Paper, Progress, Table, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { platform } from '../../app/platform';
import { ErrorPanel } from '../../components/ErrorPanel';
import { OverviewVersionsDocument } from '../../generated/pages/overview/documents';
import { useFormats } from '../../i18n/use-formats';
import { useLoaded } from '../../live/use-loaded';

/** Which versions the devices of a product have. */
export function Versions({ products }: { products: readonly { key: string; name: string }[] }) {
  const { t } = useLingui();
  const { count, percent } = useFormats();
  const [chosen, setChosen] = useState(products[0]?.key ?? '');
  const { data, problems, reload } = useLoaded(`versions ${chosen}`, (signal) =>
    platform.query(OverviewVersionsDocument, { productKey: chosen }, { signal }),
  );
  const versions = (data?.moduleVersions?.edges ?? []).map(({ node }) => node).sort((a, b) => b.devices - a.devices);
  const total = versions.reduce((sum, { devices }) => sum + devices, 0);
  return (
    <Paper withBorder p="md" component="section">
      <Group justify="space-between" mb="xs" align="end">
        <Title order={2} size="h3">
          <Trans>Versions in the field</Trans>
        </Title>
        <NativeSelect
          aria-label={t`Product`}
          value={chosen}
          onChange={(event) => setChosen(event.currentTarget.value)}
          data={products.map(({ key, name }) => ({ value: key, label: name || key }))}
        />
      </Group>
      <ErrorPanel problems={problems} retry={reload} />
      {data && versions.length === 0 && (
        <Text c="dimmed" size="sm">
          <Trans>No device of this product has reported a version yet.</Trans>
        </Text>
      )}
      <Table>
        <Table.Tbody>
          {versions.map(({ version, devices }) => (
            <Table.Tr key={version} data-version={version}>
              <Table.Td w="30%">{version}</Table.Td>
              <Table.Td>
                <Progress value={(100 * devices) / total} aria-label={t`share of ${version}`} />
              </Table.Td>
              <Table.Td ta="right" w="20%">
                {count(devices)} · {percent(devices, total)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}
