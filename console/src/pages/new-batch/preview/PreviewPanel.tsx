import { Trans, useLingui } from '@lingui/react/macro';
import { ActionIcon, Alert, Group, Loader, Paper, Stack, Text, Title, Tooltip } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Time } from '../../../components/Time';
import type { ChosenPackageFragment, WhatWouldHappenFragment } from '../../../generated/pages/new-batch/documents';
import type { Values } from '../form/values';
import { Curve } from './Curve';
import { Ends } from './Ends';
import { Lacks } from './Lacks';
import { Matched } from './Matched';
import classes from './PreviewPanel.module.css';
import { Refusals } from './Refusals';
import { UnderWay } from './UnderWay';
import type { Preview } from './use-preview';

interface Props {
  preview: Preview;
  values: Values;
  chosen: ChosenPackageFragment | null;
  /** Whether this viewer may ask for a preview. */
  may: boolean;
  children: ReactNode;
}

/** What would happen, always beside the form. */
export function PreviewPanel({ preview, values, chosen, may, children }: Props) {
  const { shown, isCurrent, lacks, problems } = preview;
  return (
    <Paper component="section" withBorder p="md" aria-labelledby="preview" className={classes.panel}>
      <Head preview={preview} />
      <Stack gap="md" className={classes.content}>
        {!may && (
          <Text size="sm" c="dimmed">
            <Trans>Only operators and administrators can preview a batch.</Trans>
          </Text>
        )}
        {may && <Lacks lacks={lacks} />}
        <Refusals problems={problems} retry={preview.reload} />
        {shown && lacks.length === 0 && (
          <div className={classes.shown} data-current={isCurrent} aria-busy={!isCurrent}>
            <Shown shown={shown} values={values} chosen={chosen} />
          </div>
        )}
        {chosen && <UnderWay chosen={chosen} others={values.others} />}
      </Stack>
      <Stack gap="xs" pt="md">
        {children}
      </Stack>
    </Paper>
  );
}

function Head({ preview }: { preview: Preview }) {
  const { t } = useLingui();
  const { loading, countedAt, shown, lacks, reload } = preview;
  return (
    <Group justify="space-between" wrap="nowrap" mih={30}>
      <Title order={2} size="h4" id="preview">
        <Trans>What will happen</Trans>
      </Title>
      <Group gap="xs" wrap="nowrap">
        {loading && <Loader size="xs" aria-label={t`Counting`} />}
        {!loading && shown && countedAt && lacks.length === 0 && (
          <>
            <Text size="xs" c="dimmed">
              <Trans>
                counted <Time at={countedAt} relative />
              </Trans>
            </Text>
            <Tooltip label={t`Count again`}>
              <ActionIcon variant="subtle" color="gray" aria-label={t`Count again`} onClick={reload}>
                <IconRefresh size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
          </>
        )}
      </Group>
    </Group>
  );
}

function Shown({ shown, values, chosen }: { shown: WhatWouldHappenFragment; values: Values; chosen: ChosenPackageFragment | null }) {
  return (
    <Stack gap="md">
      {shown.estimated && (
        <Alert color="blue" p="xs">
          <Text size="sm">
            <Trans>Some figures are estimated from a sample, because so many devices match.</Trans>
          </Text>
        </Alert>
      )}
      <Matched shown={shown} values={values} chosen={chosen} />
      <Curve points={shown.curve} stepMinutes={shown.stepMinutes} />
      <Ends shown={shown} />
    </Stack>
  );
}
