import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Group, Stack, Table, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconAntenna, IconRefresh, IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { SEARCH_FIELD } from '../../app/layout/keyboard';
import { PageTitle } from '../../app/layout/Layout';
import { platform } from '../../app/platform';
import { EmptyState } from '../../components/EmptyState';
import { ErrorPanel } from '../../components/ErrorPanel';
import { MoreRows } from '../../components/MoreRows';
import { useFilters } from '../../components/use-filters';
import { ListCellsDocument } from '../../generated/pages/cells/documents';
import { useErrorText } from '../../i18n/error-text';
import { usePages } from '../../live/use-pages';
import { CellRow } from './CellRow';

const QUIET_MS = 300;

/** Radio cells in which LwM2M devices download or wait, each as it changes. */
export function Page() {
  const { t } = useLingui();
  const textOf = useErrorText();
  const [get, set] = useFilters();
  const cell = get('cell');
  const [typed, setTyped] = useState(cell);
  const show = useDebouncedCallback((text: string) => set({ cell: text.trim() }), QUIET_MS);
  const { rows, ...list } = usePages(
    `cells ${cell}`,
    (after) => platform.query(ListCellsDocument, { cell: cell || null, after }),
    ({ cells }) => cells,
  );
  const atField = list.problems.find(({ field }) => field === 'cell');
  return (
    <>
      <PageTitle title={t`Radio cells`}>
        <Button variant="default" leftSection={<IconRefresh size={16} />} loading={list.loading} onClick={list.reload}>
          <Trans>Look for others</Trans>
        </Button>
      </PageTitle>
      <Stack>
        <Text c="dimmed" maw={760}>
          <Trans>
            Of the LwM2M devices in a radio cell only so many download at once, as many as its coverage allows; the others wait. How many is
            a setting of the installation (UPDRAFT_CELL_SLOTS_0 and its like).
          </Trans>
        </Text>
        <Group>
          <TextInput
            {...SEARCH_FIELD}
            label={t`Cell`}
            placeholder="262-1-12345"
            leftSection={<IconSearch size={16} />}
            value={typed}
            error={atField && textOf(atField)}
            onChange={(event) => {
              setTyped(event.currentTarget.value);
              show(event.currentTarget.value);
            }}
          />
        </Group>
        <ErrorPanel problems={list.problems.filter((problem) => problem !== atField)} retry={list.reload} />
        {rows && rows.length > 0 && (
          <Table.ScrollContainer minWidth={680} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
            <Table verticalSpacing="sm">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t`Cell`}</Table.Th>
                  <Table.Th>{t`Coverage`}</Table.Th>
                  <Table.Th w="40%">{t`Cell slots in use`}</Table.Th>
                  <Table.Th ta="right">{t`Tasks that wait`}</Table.Th>
                  <Table.Th>{t`Devices`}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.map((row) => (
                  <CellRow key={row.id} row={row} />
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
        {rows?.length === 0 && !list.loading && (
          <EmptyState icon={IconAntenna} title={cell ? <Trans>Nobody is in this cell</Trans> : <Trans>No cell is in use</Trans>}>
            <Trans>A cell is listed while LwM2M devices in it download, or wait for a cell slot.</Trans>
          </EmptyState>
        )}
        <MoreRows {...list} />
      </Stack>
    </>
  );
}
