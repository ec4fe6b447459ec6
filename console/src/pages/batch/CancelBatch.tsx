import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { Checkbox, Radio, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { FormDialog } from '../../components/FormDialog';
import { readsAlike } from '../../components/reads-alike';
import { countOf } from '../../components/StatusBar';
import { TASK_LOOKS } from '../../components/statuses';
import { type CancelableStatus, CancelBatchDocument } from '../../generated/pages/batch/documents';
import { useFormats } from '../../i18n/use-formats';
import { useCommand } from '../../live/use-command';
import type { ShownBatch } from './use-batch';

interface Props {
  batch: ShownBatch;
  close: () => void;
  done: () => void;
}

const CHOICES = ['UNCONFIRMED', 'QUEUED', 'NOTIFIED', 'IN_PROGRESS'] as const;
type Choice = (typeof CHOICES)[number];

/** Of the whole batch, or of the devices in some statuses: it says to how many it happens, as the batch stands at that moment. */
export function CancelBatch({ batch, close, done }: Props) {
  const { t, i18n } = useLingui();
  const { count } = useFormats();
  const cancel = useCommand(CancelBatchDocument);
  const [all, setAll] = useState(true);
  const [chosen, setChosen] = useState<readonly Choice[]>([]);
  const [typed, setTyped] = useState('');
  const { id: batchId, name, status, counts } = batch;
  const taken = all ? CHOICES : chosen;
  const devices = taken.reduce((sum, each) => sum + countOf(counts, each), 0);
  const atWork = taken.reduce((sum, each) => sum + (each === 'NOTIFIED' || each === 'IN_PROGRESS' ? countOf(counts, each) : 0), 0);
  const isReady = readsAlike(typed, name) && taken.length > 0;

  const submit = async (event?: FormEvent): Promise<void> => {
    event?.preventDefault();
    if (!isReady) return;
    // What waits in a batch that has not begun has a name of its own.
    const statuses = chosen.map((each): CancelableStatus => (each === 'QUEUED' && status === 'SCHEDULED' ? 'SCHEDULED' : each));
    if (!(await cancel.run({ batchId, statuses: all ? null : statuses }))) return;
    done();
    close();
  };
  const names = (each: Choice): string => `${i18n._(TASK_LOOKS[each].label)}: ${count(countOf(counts, each))}`;

  return (
    <FormDialog
      title={t`Cancel this batch?`}
      action={all ? <Trans>Cancel the batch</Trans> : <Trans>Cancel these devices</Trans>}
      keep={<Trans>Keep as it is</Trans>}
      danger
      ready={isReady}
      {...{ close, running: cancel.running, isDirty: typed !== '' || chosen.length > 0, problems: cancel.problems }}
      submit={(event) => void submit(event)}
    >
      <Radio.Group label={t`What is canceled`} value={all ? 'all' : 'some'} onChange={(value) => setAll(value === 'all')}>
        <Stack gap="xs" mt="xs">
          <Radio value="all" label={t`The whole batch`} />
          <Radio value="some" label={t`Devices in some statuses; the batch goes on with the others`} />
        </Stack>
      </Radio.Group>
      {!all && (
        <Checkbox.Group
          label={t`Statuses`}
          value={[...chosen]}
          onChange={(values) => setChosen(CHOICES.filter((each) => values.includes(each)))}
          description={t`At least one.`}
        >
          <Stack gap="xs" mt="xs">
            {CHOICES.map((each) => (
              <Checkbox key={each} value={each} label={names(each)} />
            ))}
          </Stack>
        </Checkbox.Group>
      )}
      <Text component="div" aria-live="polite">
        <Trans>
          <Plural value={devices} one="# device is" other="# devices are" /> not upgraded then; {count(atWork)} of them may be at work on it
          already. It cannot be undone.
        </Trans>
      </Text>
      <TextInput
        label={
          <Trans>
            Type <b>{name}</b> to continue
          </Trans>
        }
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        autoComplete="off"
        data-autofocus
      />
    </FormDialog>
  );
}
