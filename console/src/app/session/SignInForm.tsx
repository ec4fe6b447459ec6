import { Trans, useLingui } from '@lingui/react/macro';
import { Alert, Button, Divider, PasswordInput, Stack } from '@mantine/core';
import { IconAlertCircle, IconLogin } from '@tabler/icons-react';
import { type FormEvent, useEffect, useState } from 'react';
import { useErrorText } from '../../i18n/error-text';
import { goToIssuer, type Issuer, issuers } from './issuers';
import { signInWithKey } from './session';

interface Props {
  /** Behind it is a page that is to stay as it is: an identity provider is opened in another window. */
  keepPage: boolean;
}

/** An identity provider, or an API key. The key is sent once, and not kept. */
export function SignInForm({ keepPage }: Props) {
  const { t } = useLingui();
  const textOf = useErrorText();
  const [key, setKey] = useState('');
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);
  const [known, setKnown] = useState<readonly Issuer[]>([]);
  useEffect(() => void issuers().then(setKnown), []);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const refused = await signInWithKey(key);
    setBusy(false);
    setWrong(refused && textOf({ hint: null, limit: null, ...refused }));
    if (!refused) setKey('');
  };

  return (
    <Stack>
      {wrong && (
        <Alert color="red" icon={<IconAlertCircle />} role="alert">
          {wrong}
        </Alert>
      )}
      {known.map((issuer) => (
        <Button key={issuer.id} leftSection={<IconLogin size={18} />} onClick={() => goToIssuer(issuer, keepPage)}>
          <Trans>Sign in with {issuer.name}</Trans>
        </Button>
      ))}
      {known.length > 0 && <Divider label={<Trans>or</Trans>} />}
      <form onSubmit={(event) => void submit(event)}>
        <Stack>
          <PasswordInput
            label={t`API key`}
            description={t`Or the token of your app. Sent to Updraft once, and not stored in this browser.`}
            name="key"
            autoComplete="off"
            required
            value={key}
            onChange={(event) => setKey(event.currentTarget.value)}
            visibilityToggleButtonProps={{ 'aria-label': t`Show the key` }}
          />
          <Button type="submit" loading={busy} variant={known.length > 0 ? 'default' : 'filled'}>
            <Trans>Sign in with an API key</Trans>
          </Button>
        </Stack>
      </form>
    </Stack>
  );
}
