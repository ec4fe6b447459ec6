import { Trans, useLingui } from '@lingui/react/macro';
import { Alert, Button, Center, Container, Loader, Modal, Paper, Stack, Text, Title } from '@mantine/core';
import { IconCloudOff } from '@tabler/icons-react';
import { type ReactNode, useEffect } from 'react';
import { untilItSucceeds } from '../../live/persistently';
import { LanguageMenu } from '../layout/LanguageMenu';
import { platform } from '../platform';
import { useStore } from '../store';
import { ExpiryNotice } from './ExpiryNotice';
import { SignInForm } from './SignInForm';
import { lookAgain, session } from './session';

/** Whoever is not signed in signs in here. Whose session has ended does so on top of the page, which stays as it is. */
export function SessionGate({ children }: { children: ReactNode }) {
  const state = useStore(session);
  const { t } = useLingui();
  useEffect(() => void lookAgain(), []);
  const isAway = state.status === 'unreachable';
  useEffect(() => {
    if (!isAway) return;
    const ended = new AbortController();
    const attempt = async (): Promise<boolean> => {
      await lookAgain();
      return session.get().status !== 'unreachable';
    };
    void untilItSucceeds(attempt, platform.state, ended.signal);
    return () => ended.abort();
  }, [isAway]);
  switch (state.status) {
    case 'unknown':
      return (
        <Center component="main" mih="60vh">
          <Loader aria-label={t`Loading`} />
        </Center>
      );
    case 'unreachable':
      return (
        <Container component="main" size="xs" py="20vh">
          <Alert color="red" icon={<IconCloudOff />} title={<Trans>The platform does not answer</Trans>} role="alert">
            <Stack align="start">
              <Trans>Is it running, and can this browser reach it? The console keeps trying.</Trans>
              <Button variant="default" onClick={() => void lookAgain()}>
                <Trans>Try again</Trans>
              </Button>
            </Stack>
          </Alert>
        </Container>
      );
    case 'signed-out':
      return (
        <Container component="main" size={420} py="12vh">
          <Paper withBorder p="xl" shadow="sm">
            <Stack>
              <Title order={1} size="h2">
                Updraft
              </Title>
              <Text c="dimmed">
                <Trans>Firmware updates for whole fleets, live.</Trans>
              </Text>
              <SignInForm keepPage={false} />
              <LanguageMenu />
            </Stack>
          </Paper>
        </Container>
      );
    default:
      return (
        <>
          {children}
          <ExpiryNotice viewer={state.viewer} />
          <Modal
            opened={state.status === 'expired'}
            onClose={() => undefined}
            withCloseButton={false}
            closeOnEscape={false}
            closeOnClickOutside={false}
            title={<Trans>Your session has ended</Trans>}
          >
            <Stack>
              <Text>
                <Trans>Sign in again to continue. The page behind keeps everything you have typed.</Trans>
              </Text>
              <SignInForm keepPage />
            </Stack>
          </Modal>
        </>
      );
  }
}
