import { Trans, useLingui } from '@lingui/react/macro';
import { Alert, Button, Text } from '@mantine/core';
import { Link } from 'react-router';
import { paths } from '../../app/paths';
import { SecretDialog } from '../../components/SecretDialog';
import { SAVED } from '../../components/Unsaved';
import type { Made } from './RegisterPage';

/** What the device connects with: shown here, once. */
export function Registered({ made: { device, secret, psk }, close }: { made: Made; close: () => void }) {
  const { t } = useLingui();
  const secrets = [
    ...(secret ? [[t`Secret`, secret] as const] : []),
    ...(psk ? [[t`PSK identity`, psk.identity] as const, [t`Pre-shared key (hex)`, psk.key] as const] : []),
  ];
  return (
    <SecretDialog
      title={<Trans>{device.deviceName} is registered</Trans>}
      secrets={secrets}
      close={close}
      buttons={
        <>
          <Button variant="default" onClick={close}>
            <Trans>Register another</Trans>
          </Button>
          <Button component={Link} to={paths.device(device.id)} {...SAVED}>
            <Trans>Go to the device</Trans>
          </Button>
        </>
      }
    >
      {secrets.length > 0 ? (
        <Alert variant="default" role="alert">
          <Trans>Copy what it connects with now: it is shown only this once.</Trans>
        </Alert>
      ) : (
        <Text>
          <Trans>It connects with what it has already: nothing was made for it.</Trans>
        </Text>
      )}
    </SecretDialog>
  );
}
