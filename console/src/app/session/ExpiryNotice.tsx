import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Group, Modal, Notification, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { Time } from '../../components/Time';
import classes from './ExpiryNotice.module.css';
import { expiryOf } from './expiry';
import { SignInForm } from './SignInForm';
import { lookAgain, type Viewer } from './session';

/** Told ten minutes before: nobody is surprised by a sign-in in the middle of something. */
export function ExpiryNotice({ viewer }: { viewer: Viewer }) {
  const { t } = useLingui();
  const expiresAt = viewer.session?.expiresAt;
  const [soon, setSoon] = useState(false);
  const [dismissed, setDismissed] = useState(false);
  const [signingIn, setSigningIn] = useState(false);

  useEffect(() => {
    setSigningIn(false);
    setDismissed(false);
    if (expiresAt === undefined) return setSoon(false);
    let timer: ReturnType<typeof setTimeout>;
    const look = (): void => {
      const expiry = expiryOf(new Date(expiresAt), new Date());
      setSoon(expiry.due !== 'later');
      if (expiry.due === 'now') void lookAgain();
      else timer = setTimeout(look, expiry.lookInMs);
    };
    look();
    return () => clearTimeout(timer);
  }, [expiresAt]);

  if (!soon || expiresAt === undefined) return null;
  return (
    <>
      {!dismissed && (
        <Notification
          className={classes.notice}
          role="alert"
          color="orange"
          withBorder
          title={<Trans>Your session ends soon</Trans>}
          onClose={() => setDismissed(true)}
          closeButtonProps={{ 'aria-label': t`Close` }}
        >
          <Stack gap="xs">
            <Text size="sm" c="var(--mantine-color-text)">
              <Trans>
                It ends at <Time at={expiresAt} />. Sign in again before that, and nothing interrupts you.
              </Trans>
            </Text>
            <Group>
              <Button size="xs" onClick={() => setSigningIn(true)}>
                <Trans>Sign in again</Trans>
              </Button>
            </Group>
          </Stack>
        </Notification>
      )}
      <Modal
        opened={signingIn}
        onClose={() => setSigningIn(false)}
        title={<Trans>Sign in again</Trans>}
        closeButtonProps={{ 'aria-label': t`Close` }}
      >
        <SignInForm keepPage />
      </Modal>
    </>
  );
}
