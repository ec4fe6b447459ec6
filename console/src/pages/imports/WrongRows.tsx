import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Code, Group, Stack, Table, Text, Title } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMay } from '../../app/session/may';
import { Can } from '../../components/Can';
import { firstRows } from '../../components/first-rows';
import { useFormats } from '../../i18n/use-formats';
import { useLoaded } from '../../live/use-loaded';

interface WrongRow {
  readonly row: string;
  readonly value: string;
  readonly problem: string;
  readonly text: string;
}

/** The first rows that make no device, by their lines, with what is wrong. All of them are in the file. */
export function WrongRows({ importId, count: all }: { importId: string; count: number }) {
  const { t } = useLingui();
  const { count } = useFormats();
  const may = useMay('OPERATOR');
  const path = `/imports/${encodeURIComponent(importId)}/invalid.csv`;
  const { data: rows } = useLoaded(
    may ? `wrong rows ${importId}` : null,
    async () => ({ ok: true, data: await firstRows<WrongRow>(path) }) as const,
  );
  return (
    <section>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          <Trans>Wrong rows</Trans>
        </Title>
        <Can need="OPERATOR">
          {(control) => (
            <Button {...control} component="a" href={path} download size="xs" variant="default" leftSection={<IconDownload size={14} />}>
              <Trans>Download all wrong rows</Trans>
            </Button>
          )}
        </Can>
      </Group>
      {rows && (
        <Stack gap="xs">
          <Table.ScrollContainer minWidth={560} maxHeight={420} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
            <Table fz="sm" stickyHeader>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t`Line`}</Table.Th>
                  <Table.Th>{t`Content`}</Table.Th>
                  <Table.Th>{t`Code`}</Table.Th>
                  <Table.Th>{t`What is wrong`}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.map(({ row, value, problem, text }) => (
                  <Table.Tr key={row} data-line={row}>
                    <Table.Td>{row}</Table.Td>
                    <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
                    <Table.Td>
                      <Code>{problem}</Code>
                    </Table.Td>
                    <Table.Td>{text}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
          {rows.length < all && (
            <Text size="sm" c="dimmed">
              <Trans>
                The first {count(rows.length)} of {count(all)} are shown.
              </Trans>
            </Text>
          )}
        </Stack>
      )}
    </section>
  );
}
