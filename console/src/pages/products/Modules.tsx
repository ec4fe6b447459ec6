import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { Card, Group, SegmentedControl, Stack, Table, Text, Title } from '@mantine/core';
import { platform } from '../../app/platform';
import { ErrorPanel } from '../../components/ErrorPanel';
import { MoreRows } from '../../components/MoreRows';
import { useFilters } from '../../components/use-filters';
import { ProductVersionsDocument, type ShownProductFragment } from '../../generated/pages/products/documents';
import { useFormats } from '../../i18n/use-formats';
import { usePages } from '../../live/use-pages';

/** Its modules, and the versions that its devices have of the chosen one. */
export function Modules({ product }: { product: ShownProductFragment }) {
  const { t } = useLingui();
  const { count } = useFormats();
  const [get, set] = useFilters();
  const modules = product.modules.edges.map(({ node }) => node);
  const module = modules.find(({ name }) => name === get('module')) ?? modules[0] ?? null;
  const { rows, ...list } = usePages(
    module && `versions ${product.key} ${module.name}`,
    (after) => platform.query(ProductVersionsDocument, { productKey: product.key, module: module?.name ?? null, after }),
    ({ moduleVersions }) => moduleVersions,
  );
  return (
    <Card withBorder>
      <Title order={2} size="h4" mb="xs">
        <Trans>Modules and versions</Trans>
      </Title>
      {!module && (
        <Text c="dimmed">
          <Trans>A module appears with the first package for it, or when a device reports its version.</Trans>
        </Text>
      )}
      {module && (
        <Stack gap="xs">
          {modules.length > 1 && (
            <SegmentedControl
              aria-label={t`Module`}
              value={module.name}
              onChange={(name) => set({ module: name })}
              data={modules.map(({ name }) => name)}
              style={{ maxWidth: '100%', flexWrap: 'wrap' }}
            />
          )}
          <Group gap="xs">
            <Text fw={600}>{module.name}</Text>
            <Text size="sm" c="dimmed">
              <Plural value={module.devices} one="# device" other="# devices" />,{' '}
              <Plural value={module.packages} one="# package" other="# packages" />
            </Text>
          </Group>
          <ErrorPanel problems={list.problems} retry={list.reload} />
          {rows && rows.length > 0 && (
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t`Version`}</Table.Th>
                  <Table.Th ta="right">{t`Devices`}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.map(({ version, devices }) => (
                  <Table.Tr key={version} data-version={version}>
                    <Table.Td style={{ overflowWrap: 'anywhere' }}>{version}</Table.Td>
                    <Table.Td ta="right">{count(devices)}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )}
          <MoreRows {...list} />
        </Stack>
      )}
    </Card>
  );
}
