import { Trans } from '@lingui/react/macro';
import { Spoiler, Text } from '@mantine/core';

/** As it was written: text, whatever it says. */
export function ReleaseNotes({ text }: { text: string }) {
  if (text.trim() === '') return null;
  return (
    <Spoiler maxHeight={120} showLabel={<Trans>Show all of it</Trans>} hideLabel={<Trans>Show less</Trans>}>
      <Text size="sm" style={{ whiteSpace: 'pre-line', overflowWrap: 'anywhere' }} data-notes>
        {text}
      </Text>
    </Spoiler>
  );
}
