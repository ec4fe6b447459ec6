import { Trans, useLingui } from '@lingui/react/macro';
import { Anchor, Button, Group, NativeSelect, Stack, Table } from '@mantine/core';
import { IconDatabaseImport, IconUpload } from '@tabler/icons-react';
import { Link } from 'react-router';
import { PageTitle } from '../../app/layout/Layout';
import { paths } from '../../app/paths';
import { platform } from '../../app/platform';
import { Can } from '../../components/Can';
import { EmptyState } from '../../components/EmptyState';
import { ErrorPanel } from '../../components/ErrorPanel';
import { MoreRows } from '../../components/MoreRows';
import { StatusBadge } from '../../components/StatusBadge';
import { Time } from '../../components/Time';
import { PRODUCTS_WIDTH, useFilters } from '../../components/use-filters';
import { ImportProductsDocument, ListImportsDocument, type ShownImportFragment } from '../../generated/pages/imports/documents';
import { useFormats } from '../../i18n/use-formats';
import { useLoaded } from '../../live/use-loaded';
import { usePages } from '../../live/use-pages';
import { IMPORT_LOOKS, isUnderWay, STATUSES, type Status, wrongRows } from './looks';
import { useImport } from './use-import';

/** Imports that are under way or not forgotten yet; those under way as they go. */
export function Page() {
  const { t, i18n } = useLingui();
  const [get, set] = useFilters();
  const product = get('product');
  const status = STATUSES.find((each) => each === get('status'));
  const products = useLoaded('products with imports', () => platform.list(ImportProductsDocument, {}, (data) => data.products));
  const filter: { productKey?: string; status?: Status } = { ...(product && { productKey: product }), ...(status && { status }) };
  const { rows, ...list } = usePages(
    `imports ${JSON.stringify(filter)}`,
    (after) => platform.query(ListImportsDocument, { filter, after }),
    ({ deviceImports }) => deviceImports,
  );
  const known = products.data ?? [];
  const isFiltered = Object.keys(filter).length > 0;
  const chosen = product && !known.some(({ key }) => key === product) ? [{ value: product, label: product }] : [];

  return (
    <>
      <PageTitle title={t`Imports of devices`}>
        <Can need="OPERATOR">
          {(control) => (
            <Button {...control} component={Link} to={paths.newImport()} leftSection={<IconUpload size={16} />}>
              <Trans>Import from a file</Trans>
            </Button>
          )}
        </Can>
      </PageTitle>
      <Stack>
        <Group align="end">
          <NativeSelect
            label={t`Product`}
            w={PRODUCTS_WIDTH}
            value={product}
            onChange={(event) => set({ product: event.currentTarget.value })}
            data={[
              { value: '', label: t`any` },
              ...chosen,
              ...known.map(({ key, name }) => ({ value: key, label: name === key ? key : `${name} (${key})` })),
            ]}
          />
          <NativeSelect
            label={t`State`}
            value={status ?? ''}
            onChange={(event) => set({ status: event.currentTarget.value })}
            data={[{ value: '', label: t`any` }, ...STATUSES.map((value) => ({ value, label: i18n._(IMPORT_LOOKS[value].label) }))]}
          />
        </Group>
        <ErrorPanel problems={[...list.problems, ...products.problems]} retry={list.reload} />
        {rows && rows.length > 0 && (
          <Table.ScrollContainer minWidth={720} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
            <Table verticalSpacing="sm">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t`Begun`}</Table.Th>
                  <Table.Th>{t`Product`}</Table.Th>
                  <Table.Th>{t`State`}</Table.Th>
                  <Table.Th ta="right">{t`Rows`}</Table.Th>
                  <Table.Th ta="right">{t`Devices created`}</Table.Th>
                  <Table.Th ta="right">{t`Wrong rows`}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.map((row) => (
                  <Row key={row.id} row={row} />
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
        {rows?.length === 0 && !list.loading && (
          <EmptyState icon={IconDatabaseImport} title={isFiltered ? <Trans>No import matches</Trans> : <Trans>There is no import</Trans>}>
            {!isFiltered && (
              <Trans>An import makes many devices from a file at once. It is listed here while it runs and for a day afterwards.</Trans>
            )}
          </EmptyState>
        )}
        <MoreRows {...list} />
      </Stack>
    </>
  );
}

function Row({ row }: { row: ShownImportFragment }) {
  const { count } = useFormats();
  const live = useImport(isUnderWay(row) ? row.id : null);
  const shown = live.state?.shown ?? row;
  return (
    <Table.Tr data-import={shown.id} data-status={shown.status}>
      <Table.Td>
        <Anchor component={Link} to={paths.import(shown.id)} size="sm">
          <Time at={shown.createdAt} precision="second" />
        </Anchor>
      </Table.Td>
      <Table.Td style={{ overflowWrap: 'anywhere' }}>{shown.productKey}</Table.Td>
      <Table.Td>
        <StatusBadge look={IMPORT_LOOKS[shown.status]} />
      </Table.Td>
      <Table.Td ta="right">{count(shown.rows)}</Table.Td>
      <Table.Td ta="right">{count(shown.created)}</Table.Td>
      <Table.Td ta="right">{count(wrongRows(shown))}</Table.Td>
    </Table.Tr>
  );
}
