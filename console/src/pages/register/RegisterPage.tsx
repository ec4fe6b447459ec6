import { Trans, useLingui } from '@lingui/react/macro';
import { Anchor, Button, Group, Paper, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { PageTitle } from '../../app/layout/Layout';
import { paths } from '../../app/paths';
import { platform } from '../../app/platform';
import { Can } from '../../components/Can';
import { ErrorPanel } from '../../components/ErrorPanel';
import { Unsaved } from '../../components/Unsaved';
import { RegisterDocument, type RegisterMutation, RegisterProductsDocument } from '../../generated/pages/register/documents';
import { useFormCommand } from '../../live/use-form-command';
import { useLoaded } from '../../live/use-loaded';
import { Registered } from './Registered';
import { RegisterFields } from './RegisterFields';
import { dialectOf, emptyValues, fieldOf, toInput, type Values } from './values';

export type Made = NonNullable<RegisterMutation['registerDevices']['devices']>[number];

/** One device. What it connects with is shown once, and is in no storage of the browser. */
export function Page() {
  const { t } = useLingui();
  const [search] = useSearchParams();
  const [made, setMade] = useState<Made | null>(null);
  const products = useLoaded('products to register in', () => platform.list(RegisterProductsDocument, {}, (data) => data.products));
  const form = useForm<Values>({ initialValues: emptyValues(search.get('product') ?? '') });
  const command = useFormCommand(RegisterDocument, form, fieldOf);
  const known = products.data ?? [];
  // Where there is one product only, it is that one.
  const only = known.length === 1 ? known[0]?.key : undefined;
  if (only && form.values.productKey === '') form.setFieldValue('productKey', only);

  const submit = form.onSubmit(async (values) => {
    const answer = await command.run({ input: toInput(values, dialectOf(values, known)) });
    const device = answer?.registerDevices.devices?.[0];
    if (!device) return;
    setMade(device);
    // The next one has another name and other secrets, and often the rest.
    const next = { ...values, deviceName: '', secret: '', certificateFingerprints: [], endpoint: '', pskIdentity: '', pskKey: '' };
    form.setValues(next);
    form.resetDirty(next);
  });

  // Which product it is may have been chosen for them.
  const isFilledIn = Object.keys(form.values).some((name) => name !== 'productKey' && form.isDirty(name));
  return (
    <>
      <PageTitle title={t`Register a device`} />
      <Stack maw={760}>
        <Text c="dimmed">
          <Trans>
            For many devices at once,{' '}
            <Anchor component={Link} to={paths.newImport()} inherit underline="always">
              import them from a file
            </Anchor>
            .
          </Trans>
        </Text>
        <ErrorPanel problems={[...products.problems, ...command.problems]} />
        <Paper component="form" withBorder p="md" onSubmit={submit} noValidate>
          <Stack>
            <RegisterFields form={form} products={known} />
            <Group justify="flex-end">
              <Can need="OPERATOR">
                {(control) => (
                  <Button {...control} type="submit" loading={command.running}>
                    <Trans>Register the device</Trans>
                  </Button>
                )}
              </Can>
            </Group>
          </Stack>
        </Paper>
      </Stack>
      <Unsaved when={made === null && isFilledIn} />
      {made && <Registered made={made} close={() => setMade(null)} />}
    </>
  );
}
