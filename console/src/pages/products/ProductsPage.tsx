import { Trans, useLingui } from '@lingui/react/macro';
import { Anchor, Button, Stack, Table, Text } from '@mantine/core';
import { IconBox, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { PageTitle } from '../../app/layout/Layout';
import { paths } from '../../app/paths';
import { platform } from '../../app/platform';
import { useViewer } from '../../app/session/may';
import { Can } from '../../components/Can';
import { EmptyState } from '../../components/EmptyState';
import { ErrorPanel } from '../../components/ErrorPanel';
import { MoreRows } from '../../components/MoreRows';
import { Time } from '../../components/Time';
import { ListProductsDocument } from '../../generated/pages/products/documents';
import { useFormats } from '../../i18n/use-formats';
import { usePages } from '../../live/use-pages';
import { CreateProduct } from './CreateProduct';
import { DIALECT_NAMES } from './dialects';

export function Page() {
  const { t, i18n } = useLingui();
  const { count } = useFormats();
  const viewer = useViewer();
  const [creating, setCreating] = useState(false);
  const { rows, ...list } = usePages(
    'products',
    (after) => platform.query(ListProductsDocument, { after }),
    ({ products }) => products,
  );
  return (
    <>
      <PageTitle title={t`Products`}>
        <Can need="OPERATOR" unless={viewer?.products ? t`Your access is limited to certain products.` : null}>
          {(control) => (
            <Button {...control} leftSection={<IconPlus size={16} />} onClick={() => setCreating(true)}>
              <Trans>New product</Trans>
            </Button>
          )}
        </Can>
      </PageTitle>
      <Stack>
        <ErrorPanel problems={list.problems} retry={list.reload} />
        {rows && rows.length > 0 && (
          <Table.ScrollContainer minWidth={620} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
            <Table verticalSpacing="sm">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t`Product`}</Table.Th>
                  <Table.Th>{t`Devices speak`}</Table.Th>
                  <Table.Th>{t`Signing keys`}</Table.Th>
                  <Table.Th>{t`Secure Update`}</Table.Th>
                  <Table.Th>{t`Created`}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.map((product) => (
                  <Table.Tr key={product.key}>
                    <Table.Td>
                      <Anchor component={Link} to={paths.product(product.key)}>
                        {product.name}
                      </Anchor>
                      <Text size="xs" c="dimmed">
                        {product.key}
                      </Text>
                    </Table.Td>
                    <Table.Td>{i18n._(DIALECT_NAMES[product.dialect])}</Table.Td>
                    <Table.Td>{count(product.signingKeys.length)}</Table.Td>
                    <Table.Td>{product.secureUpdate?.active ? t`on` : t`off`}</Table.Td>
                    <Table.Td>
                      <Time at={product.createdAt} />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
        {rows?.length === 0 && !list.loading && (
          <EmptyState icon={IconBox} title={<Trans>There is no product yet</Trans>}>
            <Trans>A product is a kind of device. Create one, then register its devices and upload its packages.</Trans>
          </EmptyState>
        )}
        <MoreRows {...list} />
      </Stack>
      {creating && <CreateProduct close={() => setCreating(false)} />}
    </>
  );
}
