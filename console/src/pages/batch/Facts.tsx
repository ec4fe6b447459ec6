import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { Paper, SimpleGrid, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Time } from '../../components/Time';
import { WorkflowLink } from '../../components/WorkflowLink';
import { useFormats } from '../../i18n/use-formats';
import type { ShownBatch } from './use-batch';

/** The settings it runs by, and what they have come to. */
export function Facts({ batch }: { batch: ShownBatch }) {
  const { t } = useLingui();
  const { count } = useFormats();
  const { policy, rate, selection, schedule, estimatedEnd } = batch;
  const passedOver = (skipped: NonNullable<ShownBatch['selection']>, nobody: string): string =>
    [
      skipped.skippedBusy > 0 && t`${count(skipped.skippedBusy)} busy`,
      skipped.skippedVersion > 0 && t`${count(skipped.skippedVersion)} with another version`,
      skipped.skippedPhase > 0 && t`${count(skipped.skippedPhase)} left for later`,
      skipped.skippedDialect > 0 && t`${count(skipped.skippedDialect)} that cannot take it`,
    ]
      .filter(Boolean)
      .join(', ') || nobody;
  const when = (at: string | null | undefined, otherwise: string): ReactNode => (at ? <Time at={at} /> : otherwise);
  const limits = [
    policy.halt?.failedPercent != null && t`${policy.halt.failedPercent} % failed`,
    policy.halt?.failedCount != null && t`${policy.halt.failedCount} failed`,
  ].filter(Boolean);
  const { asked, reached } = rate;
  const facts: [string, ReactNode][] = [
    [t`Devices a minute`, policy.pushRate ? t`${count(reached)} reached of ${count(asked)} asked` : t`not pushed`],
    [batch.endedAt ? t`Ended` : t`Expected end`, when(batch.endedAt ?? estimatedEnd?.at, t`unknown`)],
    [t`Started`, when(batch.startedAt ?? schedule?.startAt, t`not yet`)],
    [t`Selected`, selection ? t`${count(selection.created)} of ${count(selection.matched)} that match` : t`not yet`],
    [t`Passed over`, selection ? passedOver(selection, t`nobody`) : t`not yet`],
    [
      t`Retry`,
      policy.retry
        ? t`${plural(policy.retry.maxRetries, { one: '# time', other: '# times' })}, after ${policy.retry.intervalMinutes} min`
        : t`no`,
    ],
    [t`Time-out`, policy.timeoutMinutes === null ? t`none` : t`${policy.timeoutMinutes} min from the first progress`],
    [t`Halts at`, limits.length > 0 ? limits.join(t` or `) : t`never`],
    ...(batch.workflowUrl ? [[t`Workflow`, <WorkflowLink key="workflow" url={batch.workflowUrl} />] as [string, ReactNode]] : []),
  ];
  return (
    <Paper withBorder p="md">
      <SimpleGrid component="dl" cols={{ base: 2, sm: 4 }} m={0}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <Text component="dt" size="xs" c="dimmed">
              {name}
            </Text>
            <Text component="dd" size="sm" m={0}>
              {value}
            </Text>
          </div>
        ))}
      </SimpleGrid>
    </Paper>
  );
}
