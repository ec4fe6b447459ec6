import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Card, Grid, Group, Stack } from '@mantine/core';
import { IconPencil, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { PageTitle } from '../../app/layout/Layout';
import { paths } from '../../app/paths';
import { platform } from '../../app/platform';
import { Can } from '../../components/Can';
import { useConfirm } from '../../components/Confirm';
import { ErrorPanel } from '../../components/ErrorPanel';
import { FactList } from '../../components/FactList';
import { ThingPage } from '../../components/ThingPage';
import { Time } from '../../components/Time';
import { RemoveProductDocument, type ShownProductFragment, ShowProductDocument } from '../../generated/pages/products/documents';
import { useCommand } from '../../live/use-command';
import { useLoaded } from '../../live/use-loaded';
import { DIALECT_NAMES } from './dialects';
import { EditProduct } from './EditProduct';
import { Modules } from './Modules';
import { SecureUpdate } from './SecureUpdate';
import { SigningKeys } from './SigningKeys';

export function Page() {
  const { t } = useLingui();
  const { productKey = '' } = useParams();
  const loaded = useLoaded(`product ${productKey}`, () => platform.query(ShowProductDocument, { key: productKey }));
  return (
    <ThingPage title={t`Product`} loaded={loaded} of={(data) => data.product}>
      {(product, reload) => <OneProduct product={product} reload={reload} />}
    </ThingPage>
  );
}

function OneProduct({ product, reload }: { product: ShownProductFragment; reload: () => void }) {
  const { t } = useLingui();
  const [editing, setEditing] = useState(false);
  const confirm = useConfirm();
  const navigate = useNavigate();
  const remove = useCommand(RemoveProductDocument);
  const inUse = product.modules.edges.some(({ node }) => node.devices > 0 || node.packages > 0);

  const askDelete = async (): Promise<void> => {
    const yes = await confirm({
      title: t`Delete this product?`,
      danger: true,
      typed: product.key,
      action: t`Delete the product`,
      children: (
        <Trans>
          {product.name} disappears, with its settings and signing keys. Nothing else does: it is refused while it has devices, packages,
          batches, lists or imports. Its key may be given to another product afterwards.
        </Trans>
      ),
    });
    if (yes && (await remove.run({ input: { key: product.key } }))) navigate(paths.products());
  };

  return (
    <>
      <PageTitle title={product.name}>
        <Group gap="xs">
          <Button component={Link} variant="default" to={`${paths.packages()}?product=${encodeURIComponent(product.key)}`}>
            <Trans>Packages</Trans>
          </Button>
          <Can need="OPERATOR">
            {(control) => (
              <Button {...control} variant="default" leftSection={<IconPencil size={16} />} onClick={() => setEditing(true)}>
                <Trans>Edit</Trans>
              </Button>
            )}
          </Can>
          <Can need="ADMINISTRATOR" unless={inUse ? t`The product still has devices or packages.` : null}>
            {(control) => (
              <Button
                {...control}
                variant="default"
                leftSection={<IconTrash size={16} />}
                loading={remove.running}
                onClick={() => void askDelete()}
              >
                <Trans>Delete …</Trans>
              </Button>
            )}
          </Can>
        </Group>
      </PageTitle>
      <Stack>
        <ErrorPanel problems={remove.problems} />
        <Grid>
          <Grid.Col span={{ base: 12, md: 6 }}>
            <Stack>
              <Card withBorder>
                <Facts product={product} />
              </Card>
              <Modules product={product} />
            </Stack>
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 6 }}>
            <Stack>
              <SigningKeys product={product} added={reload} />
              <SecureUpdate product={product} changed={reload} />
            </Stack>
          </Grid.Col>
        </Grid>
      </Stack>
      {editing && <EditProduct product={product} close={() => setEditing(false)} saved={reload} />}
    </>
  );
}

function Facts({ product }: { product: ShownProductFragment }) {
  const { t, i18n } = useLingui();
  const { dialect } = product;
  const yesNo = (value: boolean): string => (value ? t`yes` : t`no`);
  return (
    <FactList
      facts={[
        [t`Product key`, product.key],
        [t`Devices speak`, i18n._(DIALECT_NAMES[dialect])],
        ...(dialect === 'LWM2M'
          ? ([
              [t`Seconds to acknowledge a request`, product.ackTimeoutSeconds],
              [t`Seconds awake after a message`, product.awakeSeconds],
              [t`Allow devices without a key`, yesNo(product.plainCoap)],
            ] as const)
          : []),
        ...(dialect === 'IOTDA'
          ? ([
              [t`Ask for the version before it counts as success`, yesNo(product.confirmByQuery)],
              [t`Devices take the “_v2” events`, yesNo(product.selfSignedUrls)],
            ] as const)
          : []),
        [t`Refuse batches that conflict`, yesNo(product.refuseConflictingBatches)],
        [t`Created`, <Time key="created" at={product.createdAt} />],
      ]}
    />
  );
}
