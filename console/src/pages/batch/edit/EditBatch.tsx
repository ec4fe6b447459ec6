import { Trans, useLingui } from '@lingui/react/macro';
import { Anchor, NumberInput, TagsInput, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Link } from 'react-router';
import { paths } from '../../../app/paths';
import { platform } from '../../../app/platform';
import { BatchTagFields } from '../../../components/BatchTagFields';
import { FormDialog } from '../../../components/FormDialog';
import { EditBatchDocument, EditLimitsDocument } from '../../../generated/pages/batch/documents';
import { useFormats } from '../../../i18n/use-formats';
import { useFormCommand } from '../../../live/use-form-command';
import { useLoaded } from '../../../live/use-loaded';
import type { ShownBatch } from '../use-batch';
import { RateFields, WHOLE } from './RateFields';
import { changesOf, editable, fieldOf, unfinished, type Values, valuesOf } from './values';

interface Props {
  batch: ShownBatch;
  close: () => void;
  saved: () => void;
}

/** What may be changed of a batch that has not ended. It holds as soon as the API has answered. */
export function EditBatch({ batch, close, saved }: Props) {
  const { t } = useLingui();
  const { count } = useFormats();
  const form = useForm<Values>({
    initialValues: valuesOf(batch),
    validate: (values) => Object.fromEntries(unfinished(batch, values).map((name) => [name, t`Enter a number.`])),
  });
  const edit = useFormCommand(EditBatchDocument, form, fieldOf);
  const { data } = useLoaded('limits of an edit', () => platform.query(EditLimitsDocument, {}));
  const limits = data?.limits ?? null;
  const can = editable(batch);

  const submit = form.onSubmit(async (values) => {
    const input = changesOf(batch, form.getInitialValues(), values);
    if (input && !(await edit.run({ input }))) return;
    saved();
    close();
  });
  const between = (least: number | undefined, most: number | undefined): string =>
    least === undefined || most === undefined ? '' : ` ${t`${count(least)} to ${count(most)}.`}`;
  return (
    <FormDialog
      title={<Trans>Edit the batch</Trans>}
      action={<Trans>Save</Trans>}
      keep={<Trans>Keep as it is</Trans>}
      {...{ close, submit, running: edit.running, isDirty: form.isDirty(), problems: edit.problems }}
    >
      <RateFields form={form} rate={batch.policy.pushRate} />
      {can.sourceVersions && (
        <TagsInput
          label={t`Source versions`}
          description={t`Devices with one that is added are upgraded; tasks of one that is removed go on.`}
          acceptValueOnBlur
          splitChars={[',', ' ', '\n']}
          {...form.getInputProps('sourceVersions')}
        />
      )}
      {can.timeout && (
        <NumberInput
          label={t`Time-out in minutes`}
          description={`${t`From the first progress report, for devices that match from now on. Empty: none.`}${between(limits?.timeoutMinimum, limits?.timeoutMaximum)}`}
          {...WHOLE}
          {...form.getInputProps('timeoutMinutes')}
        />
      )}
      {can.deferral && (
        <>
          <NumberInput
            label={t`How often a device may defer`}
            description={`${t`0: not at all. What is deferred stays so.`}${between(0, limits?.deferrals)}`}
            required
            {...WHOLE}
            {...form.getInputProps('maxTimes')}
          />
          <NumberInput
            label={t`For how many hours each time, at most`}
            description={between(1, limits?.deferralHours)}
            required
            {...WHOLE}
            {...form.getInputProps('maxHours')}
          />
        </>
      )}
      <BatchTagFields
        count={form.values.tags.length}
        most={limits?.batchTags ?? Number.POSITIVE_INFINITY}
        description={t`Told to the devices that are notified from now on.`}
        field={form.getInputProps}
        add={form.insertListItem}
        remove={form.removeListItem}
      />
      <Text size="sm" c="dimmed">
        {can.timeout ? (
          <Trans>Scope, schedule, retries, confirmation and halt cannot be changed.</Trans>
        ) : (
          <Trans>Scope, source versions, time-out, schedule, retries, confirmation and halt cannot be changed.</Trans>
        )}{' '}
        <Anchor inherit underline="always" component={Link} to={paths.newBatch({ from: batch.id })}>
          <Trans>Copy it to a new batch</Trans>
        </Anchor>
      </Text>
    </FormDialog>
  );
}
