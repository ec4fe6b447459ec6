import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { ErrorPanel } from '../../components/ErrorPanel';
import { InputDialog } from '../../components/InputDialog';
import { Time } from '../../components/Time';
import { InstallLaterDocument, type MyTaskFragment } from '../../generated/pages/my/documents';
import { useErrorText } from '../../i18n/error-text';
import { useCommand } from '../../live/use-command';
import { type Later, laterChoices } from './later';

const NAMES: Record<Later, MessageDescriptor> = {
  hour: msg`In an hour`,
  evening: msg`This evening`,
  morning: msg`Tomorrow morning`,
  week: msg`In a week`,
};

/** When to be asked again: what most people mean, and any other time that the batch allows. */
export function LaterDialog({ task, close }: { task: MyTaskFragment; close: () => void }) {
  const { t, i18n } = useLingui();
  const textOf = useErrorText();
  const defer = useCommand(InstallLaterDocument);
  const [own, setOwn] = useState('');
  const [opened] = useState(() => new Date());
  const atField = defer.problems.filter(({ field }) => field?.endsWith('until'));
  const others = defer.problems.filter((problem) => !atField.includes(problem));
  const latest = task.deferral?.latest ? new Date(task.deferral.latest) : opened;
  const timesLeft = task.deferral?.timesLeft ?? 0;

  const send = async (until: Date): Promise<void> => {
    if (await defer.run({ taskIds: [task.id], until: until.toISOString() })) close();
  };

  return (
    <InputDialog close={close} isDirty={own !== ''} title={t`When are you to be asked again?`}>
      <Stack>
        <ErrorPanel problems={others} />
        {laterChoices(opened, latest).map(({ name, at }) => (
          <Button key={name} size="lg" fullWidth variant="default" disabled={defer.running} onClick={() => void send(at)}>
            {i18n._(NAMES[name])}
          </Button>
        ))}
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (own) void send(new Date(own));
          }}
        >
          <Stack gap="xs">
            <TextInput
              type="datetime-local"
              size="lg"
              label={t`At another time`}
              value={own}
              onChange={(event) => setOwn(event.currentTarget.value)}
              error={atField.map(textOf).join(' ') || undefined}
            />
            <Button type="submit" size="lg" fullWidth disabled={!own} loading={defer.running}>
              <Trans>Ask me then</Trans>
            </Button>
          </Stack>
        </form>
        <Text size="sm" c="dimmed">
          <Trans>
            You can put it off <Plural value={timesLeft} one="once more" other="# times more" />, until <Time at={latest} /> at the latest.
          </Trans>
        </Text>
      </Stack>
    </InputDialog>
  );
}
