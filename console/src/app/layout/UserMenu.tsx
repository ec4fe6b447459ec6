import { Trans, useLingui } from '@lingui/react/macro';
import { ActionIcon, Menu, Text } from '@mantine/core';
import { IconHelp, IconLogout, IconUser } from '@tabler/icons-react';
import { ROLE_NAMES, useViewer } from '../session/may';
import { signOut } from '../session/session';

export function UserMenu({ help }: { help: (() => void) | null }) {
  const { t, i18n } = useLingui();
  const viewer = useViewer();
  if (!viewer) return null;
  return (
    <Menu position="bottom-end" withArrow>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" c="inherit" size="lg" aria-label={t`Account of ${viewer.name}`}>
          <IconUser size={20} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="sm" fw={600} c="var(--mantine-color-text)">
            {viewer.name}
          </Text>
          <Text size="xs" c="dimmed">
            {i18n._(ROLE_NAMES[viewer.role])}
          </Text>
        </Menu.Label>
        {help && (
          <Menu.Item leftSection={<IconHelp size={16} />} onClick={help}>
            <Trans>Keys and help</Trans>
          </Menu.Item>
        )}
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>
          <Trans>Sign out</Trans>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
