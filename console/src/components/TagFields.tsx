import { Trans, useLingui } from '@lingui/react/macro';
import { ActionIcon, Button, Fieldset, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { TagValue } from './tags';

interface Props {
  tags: readonly TagValue[];
  set: (tags: TagValue[]) => void;
  /** What the form says at `tags.0.key` and its like. */
  errorAt: (path: string) => ReactNode;
  error?: ReactNode;
}

/** Names with a value each, by which devices are found and come into groups. */
export function TagFields({ tags, set, errorAt, error }: Props) {
  const { t } = useLingui();
  const change = (index: number, changes: Partial<TagValue>): void =>
    set(tags.map((tag, at) => (at === index ? { ...tag, ...changes } : tag)));
  return (
    <Fieldset legend={t`Tags`} variant="unstyled">
      <Stack gap="xs">
        {tags.map((tag, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is what stands at its place.
          <Group key={index} gap="xs" wrap="nowrap" align="start">
            <TextInput
              flex={1}
              aria-label={t`Key of tag ${index + 1}`}
              placeholder={t`Key`}
              value={tag.key}
              error={errorAt(`tags.${index}.key`)}
              onChange={(event) => change(index, { key: event.currentTarget.value })}
            />
            <TextInput
              flex={1}
              aria-label={t`Value of tag ${index + 1}`}
              placeholder={t`Value`}
              value={tag.value}
              error={errorAt(`tags.${index}.value`)}
              onChange={(event) => change(index, { value: event.currentTarget.value })}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              c="inherit"
              size={36}
              aria-label={t`Take tag ${index + 1} away`}
              onClick={() => set(tags.filter((_, at) => at !== index))}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        ))}
        {error && (
          <Text size="sm" c="var(--mantine-color-error)">
            {error}
          </Text>
        )}
        <Group>
          <Button size="xs" variant="default" leftSection={<IconPlus size={14} />} onClick={() => set([...tags, { key: '', value: '' }])}>
            <Trans>Add a tag</Trans>
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}
