import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Card, Group, Stack, Switch, Text, Title } from '@mantine/core';
import { Can } from '../../components/Can';
import { useConfirm } from '../../components/Confirm';
import { CopyText } from '../../components/CopyText';
import { ErrorPanel } from '../../components/ErrorPanel';
import { type ShownProductFragment, SwitchSecureUpdateDocument } from '../../generated/pages/products/documents';
import { useCommand } from '../../live/use-command';

interface Props {
  product: ShownProductFragment;
  changed: () => void;
}

/** The platform signs what it pushes; devices check it with the public key that is copied from here. */
export function SecureUpdate({ product, changed }: Props) {
  const { t } = useLingui();
  const confirm = useConfirm();
  const command = useCommand(SwitchSecureUpdateDocument);
  const secure = product.secureUpdate;
  const active = secure?.active ?? false;
  const run = async (input: { active: boolean; keyPair?: 'PREPARE' | 'SWITCH' }): Promise<void> => {
    if (await command.run({ input: { productKey: product.key, ...input } })) changed();
  };
  const toggle = async (): Promise<void> => {
    const yes =
      !active ||
      (await confirm({
        title: t`Switch Secure Update off?`,
        danger: true,
        action: t`Switch it off`,
        children: (
          <Trans>Notifications carry no signature any more. Devices that demand one refuse every update until it is on again.</Trans>
        ),
      }));
    if (yes) await run({ active: !active });
  };
  const switchPair = async (): Promise<void> => {
    const yes = await confirm({
      title: t`Sign with the next key pair?`,
      danger: true,
      typed: product.key,
      action: t`Switch the key pair`,
      children: (
        <Trans>
          From now on the next pair signs, and the one before is gone. Devices that do not know the next public key refuse every update. It
          cannot be undone.
        </Trans>
      ),
    });
    if (yes) await run({ active, keyPair: 'SWITCH' });
  };
  return (
    <Card withBorder>
      <Title order={2} size="h4" mb="xs">
        <Trans>Secure Update</Trans>
      </Title>
      <Stack gap="sm">
        <Can need="OPERATOR">
          {(control) => (
            <Switch
              {...control}
              checked={active}
              onChange={() => void toggle()}
              label={active ? t`activated` : t`not activated`}
              description={t`Every notification carries a signature of each file.`}
            />
          )}
        </Can>
        <ErrorPanel problems={command.problems} />
        {secure && (
          <>
            <div>
              <Text size="sm" fw={600}>
                <Trans>Public key</Trans>
              </Text>
              <Text size="sm" c="dimmed" mb={4}>
                <Trans>Build it into your devices: they check the signatures with it.</Trans>
              </Text>
              <CopyText block value={secure.publicKeyPem} label={t`public key`} />
            </div>
            {secure.nextPublicKeyPem && (
              <div>
                <Text size="sm" fw={600}>
                  <Trans>Next public key</Trans>
                </Text>
                <CopyText block value={secure.nextPublicKeyPem} label={t`next public key`} />
              </div>
            )}
            <Group>
              {secure.nextPublicKeyPem ? (
                <Can need="OPERATOR">
                  {(control) => (
                    <Button {...control} size="xs" variant="default" loading={command.running} onClick={() => void switchPair()}>
                      <Trans>Sign with the next pair …</Trans>
                    </Button>
                  )}
                </Can>
              ) : (
                <Can need="OPERATOR">
                  {(control) => (
                    <Button
                      {...control}
                      size="xs"
                      variant="default"
                      loading={command.running}
                      onClick={() => void run({ active, keyPair: 'PREPARE' })}
                    >
                      <Trans>Prepare the next key pair</Trans>
                    </Button>
                  )}
                </Can>
              )}
            </Group>
          </>
        )}
      </Stack>
    </Card>
  );
}
