import { Trans, useLingui } from '@lingui/react/macro';
import { Anchor, Button, Group, NativeSelect, Stack, Table, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconPackage, IconSearch, IconUpload } from '@tabler/icons-react';
import { Link } from 'react-router';
import { SEARCH_FIELD } from '../../app/layout/keyboard';
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
import { type ListedPackageFragment, ListPackagesDocument } from '../../generated/pages/packages/documents';
import { useFormats } from '../../i18n/use-formats';
import { usePages } from '../../live/use-pages';
import { KIND_NAMES, verificationLook } from './looks';
import { productOptions, useProducts } from './use-products';

const KINDS = ['FULL', 'DIFFERENTIAL'] as const;
const STATES = ['UNVERIFIED', 'VERIFIED'] as const;

/** Packages, of one product or of all, the newest first. */
export function Page() {
  const { t, i18n } = useLingui();
  const [get, set] = useFilters();
  const products = useProducts();
  const kind = KINDS.find((each) => each === get('kind')) ?? null;
  const verification = STATES.find((each) => each === get('verification')) ?? null;
  const filter = {
    productKey: get('product') || null,
    namePrefix: get('name') || null,
    module: get('module') || null,
    kind,
    verification,
  };
  const filtered = Object.values(filter).some((value) => value !== null);
  const { rows, ...list } = usePages(
    `packages ${JSON.stringify(filter)}`,
    (after) => platform.query(ListPackagesDocument, { filter, after }),
    ({ packages }) => packages,
  );
  const setName = useDebouncedCallback((name: string) => set({ name }), 250);
  const setModule = useDebouncedCallback((module: string) => set({ module }), 250);

  return (
    <>
      <PageTitle title={t`Packages`}>
        <Can need="OPERATOR">
          {(control) => (
            <Button {...control} component={Link} to={paths.newPackage()} leftSection={<IconUpload size={16} />}>
              <Trans>Upload a package</Trans>
            </Button>
          )}
        </Can>
      </PageTitle>
      <Stack>
        <Group align="end" gap="sm">
          <NativeSelect
            label={t`Product`}
            w={PRODUCTS_WIDTH}
            value={get('product')}
            onChange={(event) => set({ product: event.currentTarget.value })}
            data={[{ value: '', label: t`all` }, ...withChosen(productOptions(products), get('product'))]}
          />
          <TextInput
            {...SEARCH_FIELD}
            label={t`Name begins with`}
            leftSection={<IconSearch size={16} />}
            defaultValue={get('name')}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput label={t`Module`} defaultValue={get('module')} onChange={(event) => setModule(event.currentTarget.value)} />
          <NativeSelect
            label={t`Kind`}
            value={kind ?? ''}
            onChange={(event) => set({ kind: event.currentTarget.value })}
            data={[{ value: '', label: t`any` }, ...KINDS.map((value) => ({ value, label: i18n._(KIND_NAMES[value]) }))]}
          />
          <NativeSelect
            label={t`Verification`}
            value={verification ?? ''}
            onChange={(event) => set({ verification: event.currentTarget.value })}
            data={[
              { value: '', label: t`any` },
              { value: 'UNVERIFIED', label: t`not verified` },
              { value: 'VERIFIED', label: t`verified` },
            ]}
          />
        </Group>
        <ErrorPanel problems={list.problems} retry={list.reload} />
        {rows && rows.length > 0 && <PackageTable packages={rows} />}
        {rows?.length === 0 && !list.loading && (
          <EmptyState icon={IconPackage} title={filtered ? <Trans>No package matches</Trans> : <Trans>There is no package yet</Trans>}>
            {filtered ? (
              <Trans>Take a filter away to see more.</Trans>
            ) : (
              <Trans>A package is firmware for the devices of a product. Upload one, then push it with a batch.</Trans>
            )}
          </EmptyState>
        )}
        <MoreRows {...list} />
      </Stack>
    </>
  );
}

/** What the address names stays chosen, also where it is not in the list. */
const withChosen = (options: { value: string; label: string }[], chosen: string) =>
  chosen && !options.some(({ value }) => value === chosen) ? [...options, { value: chosen, label: chosen }] : options;

function PackageTable({ packages }: { packages: readonly ListedPackageFragment[] }) {
  const { i18n, t } = useLingui();
  const { bytes } = useFormats();
  return (
    <Table.ScrollContainer minWidth={760} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t`Package`}</Table.Th>
            <Table.Th>{t`Version`}</Table.Th>
            <Table.Th>{t`Kind`}</Table.Th>
            <Table.Th>{t`Size`}</Table.Th>
            <Table.Th>{t`Signature`}</Table.Th>
            <Table.Th>{t`Verification`}</Table.Th>
            <Table.Th>{t`Uploaded`}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {packages.map((each) => (
            <Table.Tr key={each.id} data-package={each.id}>
              <Table.Td maw={280}>
                <Anchor component={Link} to={paths.package(each.id)}>
                  {each.name}
                </Anchor>
                <Text size="xs" c="dimmed" lineClamp={1}>
                  {each.productKey} · {each.module}
                </Text>
              </Table.Td>
              <Table.Td>{each.version}</Table.Td>
              <Table.Td>{i18n._(KIND_NAMES[each.kind])}</Table.Td>
              <Table.Td>{bytes(each.files.reduce((sum, { size }) => sum + Number(size), 0))}</Table.Td>
              <Table.Td>{each.files.every(({ signedBy }) => signedBy !== null) ? t`signed` : t`none`}</Table.Td>
              <Table.Td>
                <StatusBadge look={verificationLook(each.verification)} />
              </Table.Td>
              <Table.Td>
                <Time at={each.createdAt} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
