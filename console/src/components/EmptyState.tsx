import { Stack, Text, Title } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';

interface Props {
  icon: Icon;
  title: ReactNode;
  /** What to do first. */
  children?: ReactNode;
  action?: ReactNode;
  order?: 1 | 2 | 3;
}

/** Nothing is here; it says what to do about that. */
export function EmptyState({ icon: Sign, title, children, action, order = 2 }: Props) {
  return (
    <Stack align="center" gap="xs" py="xl" px="md" ta="center">
      <Sign size={44} stroke={1.3} aria-hidden color="var(--mantine-color-dimmed)" />
      <Title order={order} size="h3">
        {title}
      </Title>
      {children && (
        <Text c="dimmed" maw={460}>
          {children}
        </Text>
      )}
      {action}
    </Stack>
  );
}
