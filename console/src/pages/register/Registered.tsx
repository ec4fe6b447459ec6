import { Trans, useLingui } from '@lingui/react/macro';
import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { Link } from 'react-router';
import { paths } from '../../app/paths';
import { CopyText } from '../../components/CopyText';
import type { Made } from './RegisterPage';

/** What the device connects with: shown here, once. */
export function Registered({ made: { device, secret, psk }, close }: { made: Made; close: () => void }) {
  const { t } = useLingui();
  const parts = [
    ...(secret ? [[t`Secret`, secret] as const] : []),
    ...(psk ? [[t`PSK identity`, psk.identity] as const, [t`Pre-shared key (hex)`, psk.key] as const] : []),
  ];
  return (
    <Modal
      opened
      onClose={close}
      closeOnClickOutside={false}
      closeOnEscape={false}
      title={<Trans>{device.deviceName} is registered</Trans>}
      closeButtonProps={{ 'aria-label': t`Close` }}
    >
      <Stack>
        {parts.length > 0 ? (
          <Alert variant="default" role="alert">
            <Trans>Copy what it connects with now: it is shown only this once.</Trans>
          </Alert>
        ) : (
          <Text>
            <Trans>It connects with what it has already: nothing was made for it.</Trans>
          </Text>
        )}
        {parts.map(([label, value]) => (
          <div key={label} data-secret={label}>
            <Text size="sm" fw={600}>
              {label}
            </Text>
            <CopyText block value={value} label={label} />
          </div>
        ))}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            <Trans>Register another</Trans>
          </Button>
          <Button component={Link} to={paths.device(device.id)}>
            <Trans>Go to the device</Trans>
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
