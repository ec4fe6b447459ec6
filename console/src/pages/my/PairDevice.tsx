import { Trans, useLingui } from '@lingui/react/macro';
import { Alert, Button, Paper, Stack, TextInput, Title } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { PairDeviceDocument } from '../../generated/pages/my/documents';
import { useErrorText } from '../../i18n/error-text';
import { useCommand } from '../../live/use-command';

/** With a code, a device becomes that of whoever is here. */
export function PairDevice({ done }: { done: () => void }) {
  const { t } = useLingui();
  const textOf = useErrorText();
  const pair = useCommand(PairDeviceDocument);
  const [code, setCode] = useState('');
  const [isPaired, setPaired] = useState(false);

  const send = async (): Promise<void> => {
    setPaired(false);
    if (!(await pair.run({ code }))) return;
    setPaired(true);
    setCode('');
    done();
  };

  return (
    <Paper withBorder p="md" component="section">
      <Title order={2} size="h3" mb="sm">
        <Trans>Add a device</Trans>
      </Title>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <Stack gap="sm">
          {isPaired && (
            <Alert color="green" variant="light" icon={<IconCircleCheck />} role="status">
              <Trans>The device is yours now.</Trans>
            </Alert>
          )}
          <TextInput
            size="lg"
            label={t`Code`}
            description={t`12 letters that your dealer or manufacturer gives you. Small letters and blanks do no harm.`}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
            error={pair.problems.map(textOf).join(' ') || undefined}
            autoCapitalize="characters"
            autoComplete="off"
            spellCheck={false}
          />
          <Button type="submit" size="lg" fullWidth variant="default" disabled={code.trim() === ''} loading={pair.running}>
            <Trans>Add the device</Trans>
          </Button>
        </Stack>
      </form>
    </Paper>
  );
}
