import { useLingui } from '@lingui/react/macro';
import { ActionIcon, Tooltip, useMantineColorScheme } from '@mantine/core';
import { IconMoon, IconSun, IconSunMoon } from '@tabler/icons-react';

const NEXT = { auto: 'light', light: 'dark', dark: 'auto' } as const;

/** As the system has it, light, dark. */
export function ColorSchemeButton() {
  const { t } = useLingui();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const label = { auto: t`Colours: as the system`, light: t`Colours: light`, dark: t`Colours: dark` }[colorScheme];
  const Sign = { auto: IconSunMoon, light: IconSun, dark: IconMoon }[colorScheme];
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" c="inherit" size="lg" aria-label={label} onClick={() => setColorScheme(NEXT[colorScheme])}>
        <Sign size={20} />
      </ActionIcon>
    </Tooltip>
  );
}
