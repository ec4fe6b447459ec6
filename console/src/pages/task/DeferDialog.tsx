import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { ErrorPanel } from '../../components/ErrorPanel';
import { InputDialog } from '../../components/InputDialog';
import { Time } from '../../components/Time';
import { DeferTaskDocument, type OneTaskFragment } from '../../generated/pages/task/documents';
import { useErrorText } from '../../i18n/error-text';
import { useCommand } from '../../live/use-command';

/** Asks until when nobody is to be asked. The time is in the viewer's zone. */
export function DeferDialog({ task, close, done }: { task: OneTaskFragment; close: () => void; done: () => void }) {
  const { t } = useLingui();
  const textOf = useErrorText();
  const defer = useCommand(DeferTaskDocument);
  const [until, setUntil] = useState('');
  const own = defer.problems.filter(({ field }) => field?.endsWith('until'));
  const others = defer.problems.filter((problem) => !own.includes(problem));
  const send = async (): Promise<void> => {
    if (await defer.run({ taskIds: [task.id], until: new Date(until).toISOString() })) {
      done();
      close();
    }
  };
  return (
    <InputDialog close={close} isDirty={until !== ''} title={t`Defer the update of ${task.deviceName}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <Stack>
          {task.deferral?.latest && (
            <Text size="sm">
              <Trans>
                It may be deferred {task.deferral.timesLeft} times more, until <Time at={task.deferral.latest} /> at the latest.
              </Trans>
            </Text>
          )}
          <TextInput
            type="datetime-local"
            label={t`Ask again at`}
            value={until}
            onChange={(event) => setUntil(event.currentTarget.value)}
            error={own.map(textOf).join(' ') || undefined}
            data-autofocus
          />
          <ErrorPanel problems={others} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              <Trans>Keep as it is</Trans>
            </Button>
            <Button type="submit" disabled={!until} loading={defer.running}>
              <Trans>Defer</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </InputDialog>
  );
}
