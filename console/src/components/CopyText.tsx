import { useLingui } from '@lingui/react/macro';
import { ActionIcon, Code, CopyButton, Group, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';

/** A value that people take elsewhere: a key, a digest, an id. */
export function CopyText({ value, label, block = false }: { value: string; label: string; block?: boolean }) {
  const { t } = useLingui();
  return (
    <Group gap={4} wrap="nowrap" align={block ? 'start' : 'center'}>
      <Code
        block={block}
        {...(block && { fz: 11 })}
        style={{ overflowWrap: 'anywhere', whiteSpace: block ? 'pre-wrap' : undefined, flex: block ? 1 : undefined }}
      >
        {value}
      </Code>
      <CopyButton value={value}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? t`Copied` : t`Copy`}>
            <ActionIcon variant="subtle" color="gray" c="inherit" size="sm" aria-label={t`Copy: ${label}`} onClick={copy}>
              {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  );
}
