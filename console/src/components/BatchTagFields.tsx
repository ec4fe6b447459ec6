import { Trans, useLingui } from '@lingui/react/macro';
import { ActionIcon, Button, Group, Input, Stack, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { ComponentProps } from 'react';

interface Props {
  count: number;
  /** How many there may be. */
  most: number;
  description: string;
  /** Of the form, at `tags`, `tags.0.key` and its like. */
  field: (path: string) => ComponentProps<typeof TextInput>;
  add: (path: 'tags', tag: { key: string; value: string }) => void;
  remove: (path: 'tags', index: number) => void;
}

/** Tags of a batch, which its notifications tell its devices. */
export function BatchTagFields({ count, most, description, field, add, remove }: Props) {
  const { t } = useLingui();
  const { error } = field('tags');
  return (
    <Stack gap="xs" role="group" aria-label={t`Tags`}>
      <Input.Wrapper label={t`Tags`} labelElement="div" error={error} description={description} />
      {Array.from({ length: count }, (_, index) => {
        const number = index + 1;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows are only what their fields hold, and the form holds that.
          <Group key={index} align="start" wrap="nowrap" gap="xs">
            <TextInput flex={1} aria-label={t`Key of tag ${number}`} placeholder={t`key`} {...field(`tags.${index}.key`)} />
            <TextInput flex={2} aria-label={t`Value of tag ${number}`} placeholder={t`value`} {...field(`tags.${index}.value`)} />
            <ActionIcon
              variant="subtle"
              color="gray"
              c="inherit"
              size={36}
              aria-label={t`Remove tag ${number}`}
              onClick={() => remove('tags', index)}
            >
              <IconTrash size={18} aria-hidden />
            </ActionIcon>
          </Group>
        );
      })}
      <Group>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          disabled={count >= most}
          onClick={() => add('tags', { key: '', value: '' })}
        >
          <Trans>Add a tag</Trans>
        </Button>
      </Group>
    </Stack>
  );
}
