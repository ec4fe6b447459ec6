import { Trans, useLingui } from '@lingui/react/macro';
import { Alert, Button, Group, Stack } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { useNavigate } from 'react-router';
import { paths } from '../../app/paths';
import { Can } from '../../components/Can';
import { useConfirm } from '../../components/Confirm';
import { ErrorPanel } from '../../components/ErrorPanel';
import { SecretDialog } from '../../components/SecretDialog';
import {
  DeleteDeviceDocument,
  EnableDeviceDocument,
  ResetSecretDocument,
  type ShownDeviceFragment,
} from '../../generated/pages/device/documents';
import { useCommand } from '../../live/use-command';
import { EditDevice } from './edit/EditDevice';
import { EditGroups } from './edit/EditGroups';
import { EditIdentity } from './edit/EditIdentity';

/** What is done to one device. */
export function DeviceActions({ device, done }: { device: ShownDeviceFragment; done: () => void }) {
  const { t } = useLingui();
  const confirm = useConfirm();
  const enable = useCommand(EnableDeviceDocument);
  const reset = useCommand(ResetSecretDocument);
  const remove = useCommand(DeleteDeviceDocument);
  const navigate = useNavigate();
  const [secret, setSecret] = useState<string | null>(null);
  const [editing, setEditing] = useState<'device' | 'groups' | 'identity' | null>(null);
  const { id, deviceName, enabled } = device;

  const askEnable = async (): Promise<void> => {
    const yes =
      !enabled ||
      (await confirm({
        title: t`Disable this device?`,
        danger: true,
        action: t`Disable the device`,
        children: (
          <Trans>
            1 device, {deviceName}, loses its connection and gets no other. No batch selects it, and its unfinished task waits. It can be
            enabled again at any time.
          </Trans>
        ),
      }));
    if (yes && (await enable.run({ deviceId: id, enabled: !enabled }))) done();
  };
  const askReset = async (): Promise<void> => {
    const yes = await confirm({
      title: t`Reset the secret?`,
      danger: true,
      action: t`Reset the secret`,
      typed: deviceName,
      children: (
        <Trans>
          1 device, {deviceName}, loses its connection and its download until it has the new secret, and so do its children. The old secret
          cannot be had back.
        </Trans>
      ),
    });
    const answer = yes ? await reset.run({ input: { deviceId: id } }) : null;
    setSecret(answer?.resetDeviceSecret.secret ?? null);
  };

  const askDelete = async (): Promise<void> => {
    const yes = await confirm({
      title: t`Delete this device?`,
      danger: true,
      action: t`Delete the device`,
      typed: deviceName,
      children: (
        <Trans>
          1 device, {deviceName}, loses its connection and its secret. Its unfinished tasks fail, and its children have no parent any more.
          It cannot be undone.
        </Trans>
      ),
    });
    if (yes && (await remove.run({ input: { deviceIds: [id] } }))) navigate(paths.devices(), { replace: true });
  };
  const close = (): void => setEditing(null);

  return (
    <Stack gap="xs" align="end">
      <Group gap="xs">
        <Edit open={() => setEditing('device')}>
          <Trans>Edit</Trans>
        </Edit>
        <Edit open={() => setEditing('groups')}>
          <Trans>Groups</Trans>
        </Edit>
        {device.lwm2m && (
          <Edit open={() => setEditing('identity')}>
            <Trans>Keys</Trans>
          </Edit>
        )}
        <Can need="OPERATOR">
          {(control) => (
            <Button {...control} variant="default" loading={enable.running} onClick={() => void askEnable()}>
              {enabled ? <Trans>Disable</Trans> : <Trans>Enable</Trans>}
            </Button>
          )}
        </Can>
        <Can need="OPERATOR">
          {(control) => (
            <Button
              {...control}
              variant="default"
              loading={reset.running}
              leftSection={<IconKey size={16} />}
              onClick={() => void askReset()}
            >
              <Trans>Reset secret</Trans>
            </Button>
          )}
        </Can>
        <Can need="OPERATOR">
          {(control) => (
            <Button {...control} variant="default" loading={remove.running} onClick={() => void askDelete()}>
              <Trans>Delete …</Trans>
            </Button>
          )}
        </Can>
      </Group>
      <ErrorPanel problems={[...enable.problems, ...reset.problems, ...remove.problems]} />
      {editing === 'device' && <EditDevice device={device} close={close} saved={done} />}
      {editing === 'groups' && <EditGroups device={device} close={close} saved={done} />}
      {editing === 'identity' && <EditIdentity device={device} close={close} saved={done} />}
      {secret !== null && (
        <SecretDialog
          title={t`The new secret of ${deviceName}`}
          secrets={[[t`Secret`, secret]]}
          close={() => setSecret(null)}
          buttons={
            <Button onClick={() => setSecret(null)}>
              <Trans>I have copied it</Trans>
            </Button>
          }
        >
          <Alert variant="default" role="alert">
            <Trans>Copy it now: it is shown only this once. The device connects with it from now on.</Trans>
          </Alert>
        </SecretDialog>
      )}
    </Stack>
  );
}

function Edit({ open, children }: { open: () => void; children: ReactNode }) {
  return (
    <Can need="OPERATOR">
      {(control) => (
        <Button {...control} variant="default" onClick={open}>
          {children}
        </Button>
      )}
    </Can>
  );
}
