import { Plural, Trans } from '@lingui/react/macro';
import { Anchor, Group, Paper, Text } from '@mantine/core';
import classes from './PreviewPanel.module.css';
import type { Preview } from './use-preview';

/** Where the preview is below the form, the most important of it stays in sight. */
export function SummaryBar({ preview }: { preview: Preview }) {
  const { shown, problems, lacks } = preview;
  return (
    <Paper withBorder p="xs" hiddenFrom="md" className={classes.summary}>
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" fw={600}>
          {problems.length > 0 && <Trans>Something has to be corrected</Trans>}
          {problems.length === 0 && lacks.length > 0 && <Trans>Something is missing</Trans>}
          {problems.length === 0 && lacks.length === 0 && shown && <Plural value={shown.toPush} one="# device" other="# devices" />}
        </Text>
        <Anchor href="#preview" size="sm" underline="always">
          <Trans>What will happen</Trans>
        </Anchor>
      </Group>
    </Paper>
  );
}
