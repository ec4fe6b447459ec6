import { useLingui } from '@lingui/react/macro';
import { NumberInput, TagsInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { platform } from '../../../app/platform';
import { FormDialog } from '../../../components/FormDialog';
import {
  FieldVersionsDocument,
  PackageLimitsDocument,
  type ShownPackageFragment,
  VerificationDevicesDocument,
  VerifyPackageDocument,
} from '../../../generated/pages/packages/documents';
import { useFormCommand } from '../../../live/use-form-command';
import { useLoaded } from '../../../live/use-loaded';

interface Props {
  shown: ShownPackageFragment;
  close: () => void;
  begun: () => void;
}

const FIELDS = ['deviceNames', 'sourceVersions', 'timeoutMinutes'];

/** Tries the package on a few devices. */
export function VerifyDialog({ shown, close, begun }: Props) {
  const { t } = useLingui();
  const [typed, setTyped] = useState('');
  const [prefix] = useDebouncedValue(typed, 250);
  const filter = { productKey: shown.productKey, namePrefix: prefix || null };
  const devices = useLoaded(`verification devices ${JSON.stringify(filter)}`, () =>
    platform.query(VerificationDevicesDocument, { filter }),
  );
  const limits = useLoaded('package limits', () => platform.query(PackageLimitsDocument, {})).data?.limits;
  const versions = useLoaded(`field ${shown.productKey} ${shown.module}`, () =>
    platform.query(FieldVersionsDocument, { productKey: shown.productKey, module: shown.module }),
  ).data?.moduleVersions?.edges.map(({ node }) => node.version);
  const form = useForm({
    initialValues: { deviceNames: [] as string[], sourceVersions: [] as string[], timeoutMinutes: '' as number | string },
    validate: { deviceNames: (names) => (names.length === 0 ? t`Name at least one device.` : null) },
  });
  const command = useFormCommand(VerifyPackageDocument, form, (path) => FIELDS.find((field) => path.split(/[.[]/)[0] === field) ?? null);
  const submit = form.onSubmit(async ({ deviceNames, sourceVersions, timeoutMinutes }) => {
    const input = {
      packageId: shown.id,
      deviceNames,
      sourceVersions: sourceVersions.length > 0 ? sourceVersions : null,
      timeoutMinutes: timeoutMinutes === '' ? null : Number(timeoutMinutes),
    };
    if (!(await command.run({ input }))) return;
    begun();
    close();
  });
  const most = limits?.verificationDevices;
  return (
    <FormDialog
      {...command}
      isDirty={form.isDirty()}
      title={t`Verify on devices`}
      action={t`Begin the verification`}
      close={close}
      submit={submit}
    >
      <TagsInput
        label={t`Devices`}
        description={most === undefined ? undefined : t`They are upgraded now. At most ${most}.`}
        data={(devices.data?.devices?.edges ?? []).map(({ node }) => node.deviceName)}
        searchValue={typed}
        onSearchChange={setTyped}
        filter={({ options }) => options}
        splitChars={[',', ' ']}
        acceptValueOnBlur
        required
        data-autofocus
        {...form.getInputProps('deviceNames')}
      />
      <TagsInput
        label={t`Only those with these versions`}
        description={t`Any version where none is given.`}
        data={versions ?? []}
        acceptValueOnBlur
        {...form.getInputProps('sourceVersions')}
      />
      <NumberInput
        label={t`Time-out in minutes`}
        description={t`From the first report of progress; none where it is empty.`}
        allowDecimal={false}
        {...form.getInputProps('timeoutMinutes')}
      />
    </FormDialog>
  );
}
