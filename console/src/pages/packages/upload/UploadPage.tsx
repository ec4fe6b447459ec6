import { Trans, useLingui } from '@lingui/react/macro';
import { Alert, Anchor, Button, Card, Grid, Group, List, Stack, Text } from '@mantine/core';
import { Dropzone } from '@mantine/dropzone';
import '@mantine/dropzone/styles.css';
import { useForm } from '@mantine/form';
import { IconUpload } from '@tabler/icons-react';
import { useEffect } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { PageTitle } from '../../../app/layout/Layout';
import { paths } from '../../../app/paths';
import { platform } from '../../../app/platform';
import { useStore } from '../../../app/store';
import { Can } from '../../../components/Can';
import { ErrorPanel } from '../../../components/ErrorPanel';
import { MakePackageDocument, PackageLimitsDocument } from '../../../generated/pages/packages/documents';
import { useFormats } from '../../../i18n/use-formats';
import { useFormCommand } from '../../../live/use-form-command';
import { useLoaded } from '../../../live/use-loaded';
import { useProducts } from '../use-products';
import { keepFields, keptFields } from './draft';
import { PackageFields } from './PackageFields';
import { UploadRows } from './UploadRows';
import { addFiles, uploads, used } from './uploads';
import { fieldOf, inputOf, NEW_PACKAGE } from './values';

/** What the platform takes, and signatures beside. */
const ENDINGS = '.bin .dav .tar .gz .zip .gzip .apk .tgz .xz .pack';

export function Page() {
  const { t } = useLingui();
  const { bytes } = useFormats();
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const rows = useStore(uploads);
  const products = useProducts();
  const limits = useLoaded('package limits', () => platform.query(PackageLimitsDocument, {})).data?.limits ?? null;
  const form = useForm({
    initialValues: { ...keptFields(NEW_PACKAGE), ...(search.get('product') && { productKey: search.get('product') ?? '' }) },
  });
  // Where there is one product only, it is that one.
  const only = products?.length === 1 ? products[0]?.key : undefined;
  if (only && form.values.productKey === '') form.setFieldValue('productKey', only);
  useEffect(() => keepFields(form.values), [form.values]);
  const command = useFormCommand(MakePackageDocument, form, fieldOf);
  const product = products?.find(({ key }) => key === form.values.productKey);
  const waiting = (() => {
    if (rows.length === 0) return t`Drop a file first.`;
    // These do not arrive by waiting.
    if (rows.some(({ state }) => state === 'failed')) return t`Remove the files that were refused, or try them again.`;
    return rows.some(({ uploadId }) => uploadId === null) ? t`Wait until all files have arrived.` : null;
  })();

  const submit = form.onSubmit(async (values) => {
    if (waiting) return;
    const made = await command.run({ input: inputOf(values, rows) });
    const id = made?.createPackage.package?.id;
    if (!id) return;
    used();
    navigate(paths.package(id));
  });
  const [conflict] = command.problems.flatMap(({ conflictingId }) => conflictingId ?? []);
  const size = limits ? bytes(limits.fileBytes) : '';

  return (
    <>
      <PageTitle title={t`Upload a package`} />
      <form onSubmit={submit} noValidate>
        <Grid>
          <Grid.Col span={{ base: 12, md: 6 }}>
            <Stack>
              <Dropzone
                onDrop={(files) => void addFiles(files)}
                maxFiles={limits?.packageFiles ?? 20}
                inputProps={{ 'aria-label': t`Files of the package` }}
                p="xl"
              >
                <Stack align="center" gap={4} style={{ pointerEvents: 'none' }}>
                  <IconUpload size={36} stroke={1.4} aria-hidden />
                  <Text fw={600}>
                    <Trans>Drop files here, or click to choose</Trans>
                  </Text>
                  <Text size="sm" c="dimmed" ta="center">
                    <Trans>
                      {ENDINGS}, up to {size} each. A signature beside (firmware.bin.sig) goes with its file.
                    </Trans>
                  </Text>
                </Stack>
              </Dropzone>
              {rows.some(({ state }) => state === 'cut') && (
                <Alert variant="default" title={<Trans>An upload was interrupted</Trans>}>
                  <Trans>The platform keeps what has arrived. Choose the same file again: only the rest is sent.</Trans>
                </Alert>
              )}
              <UploadRows rows={rows} signingKeys={product ? product.signingKeys.length : null} />
            </Stack>
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 6 }}>
            <Card withBorder>
              <Stack>
                <ErrorPanel problems={command.problems} />
                {conflict && (
                  <Anchor component={Link} to={paths.package(conflict)}>
                    <Trans>Open the package that is there already</Trans>
                  </Anchor>
                )}
                {products?.length === 0 && (
                  <Alert variant="default">
                    <Trans>
                      A package belongs to a product, and there is none yet: <Link to={paths.products()}>create one first</Link>.
                    </Trans>
                  </Alert>
                )}
                <PackageFields form={form} products={products} descriptionLength={limits?.descriptionLength ?? null} />
                <Group justify="flex-end">
                  <Can need="OPERATOR" unless={waiting}>
                    {(control) => (
                      <Button {...control} type="submit" loading={command.running}>
                        <Trans>Create the package</Trans>
                      </Button>
                    )}
                  </Can>
                </Group>
                {waiting && rows.length > 0 && (
                  <List size="sm" listStyleType="none">
                    <List.Item>{waiting}</List.Item>
                  </List>
                )}
              </Stack>
            </Card>
          </Grid.Col>
        </Grid>
      </form>
    </>
  );
}
