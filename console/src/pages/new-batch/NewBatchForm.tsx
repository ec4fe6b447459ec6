import { Trans, useLingui } from '@lingui/react/macro';
import { Alert, Anchor, Button, Grid, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconSend } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { Link, useNavigate } from 'react-router';
import { paths } from '../../app/paths';
import { useMay } from '../../app/session/may';
import { Can } from '../../components/Can';
import { ErrorPanel } from '../../components/ErrorPanel';
import { SAVED, Unsaved } from '../../components/Unsaved';
import type { ChosenPackageFragment, DownloadScheme } from '../../generated/pages/new-batch/documents';
import { useErrorText } from '../../i18n/error-text';
import { showAtFields } from '../../i18n/form-errors';
import { fieldOf } from './form/fields';
import type { Limits, Values } from './form/values';
import { PreviewPanel } from './preview/PreviewPanel';
import { SummaryBar } from './preview/SummaryBar';
import { usePreview } from './preview/use-preview';
import { ConsentSection } from './sections/ConsentSection';
import { DeliverySection } from './sections/DeliverySection';
import { DevicesSection } from './sections/DevicesSection';
import { FailureSection } from './sections/FailureSection';
import { PaceSection } from './sections/PaceSection';
import { PackageSection } from './sections/PackageSection';
import { useStart } from './use-start';

interface Props {
  limits: Limits;
  schemes: readonly DownloadScheme[];
  packages: readonly ChosenPackageFragment[];
  initial: Values;
  copied: { readonly id: string; readonly name: string } | null;
}

export function NewBatchForm({ limits, schemes, packages, initial, copied }: Props) {
  const { t } = useLingui();
  const textOf = useErrorText();
  const navigate = useNavigate();
  const may = useMay('OPERATOR');
  const form = useForm<Values>({ initialValues: initial });
  const { values, setErrors } = form;
  const chosen = packages.find(({ id }) => id === values.packageId) ?? null;
  const preview = usePreview(values, chosen, may);
  const given = useRef(values);
  given.current = values;

  // What the API would refuse stands at the fields while somebody types, and goes when it is right.
  const { problems } = preview;
  useEffect(() => {
    if (problems.length > 0) showAtFields({ setErrors }, problems, textOf, (path) => fieldOf(path, given.current));
    else setErrors({});
  }, [problems, textOf, setErrors]);

  const start = useStart(form, chosen, (batchId) => navigate(paths.batch(batchId), SAVED));
  const required = t`This must be given.`;
  const submit = (event: { preventDefault(): void }): void => {
    event.preventDefault();
    const [first] = preview.lacks;
    if (first === undefined) void start.run();
    else {
      setErrors(Object.fromEntries(preview.lacks.map((field) => [field, required])));
      form.getInputNode(first)?.focus();
    }
  };

  return (
    <form onSubmit={submit} noValidate>
      <Unsaved when={form.isDirty()} />
      {copied && (
        <Alert color="blue" mb="md">
          <Trans>
            Everything is as in{' '}
            <Anchor component={Link} to={paths.batch(copied.id)} inherit underline="always">
              {copied.name}
            </Anchor>
            , but its name and its times.
          </Trans>
        </Alert>
      )}
      <Grid gap="md" align="start">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Stack>
            <PackageSection form={form} limits={limits} packages={packages} chosen={chosen} />
            <DevicesSection form={form} limits={limits} chosen={chosen} />
            <PaceSection form={form} limits={limits} />
            <FailureSection form={form} limits={limits} />
            <ConsentSection form={form} limits={limits} />
            <DeliverySection form={form} limits={limits} schemes={schemes} />
            <SummaryBar preview={preview} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }} style={{ alignSelf: 'stretch' }}>
          <PreviewPanel preview={preview} values={values} chosen={chosen} may={may}>
            <ErrorPanel problems={start.problems} />
            <Can need="OPERATOR">
              {(control) => (
                <Button {...control} type="submit" fullWidth loading={start.running} leftSection={<IconSend size={16} aria-hidden />}>
                  <Trans>Create the batch</Trans>
                </Button>
              )}
            </Can>
            <Text size="xs" c="dimmed">
              <Trans>You can review the number of devices before it is created.</Trans>
            </Text>
          </PreviewPanel>
        </Grid.Col>
      </Grid>
    </form>
  );
}
