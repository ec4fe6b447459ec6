import { Trans, useLingui } from '@lingui/react/macro';
import { Paper, Title } from '@mantine/core';
import { useMemo } from 'react';
import { Chart } from '../../../components/chart/Chart';
import type { ChartMark, Curve } from '../../../components/chart/look';
import { useNow } from '../../../components/clock';
import { ErrorPanel } from '../../../components/ErrorPanel';
import { isOver } from '../../../components/statuses';
import { useFormats } from '../../../i18n/use-formats';
import { MARK_KINDS } from '../kinds';
import type { ShownBatch } from '../use-batch';
import { linesOf } from './points';
import { useSeries } from './use-series';

/** So often it grows to the right while nothing happens. */
const GROWS_MS = 10_000;
const NO_TIMES: readonly number[] = [];

/** Pushed, succeeded and failed devices over time, against what the push rate has asked for, with what was done to the batch. */
export function BatchCurve({ batch }: { batch: ShownBatch }) {
  const { t, i18n } = useLingui();
  const { count } = useFormats();
  const { series, problems, loading, reload } = useSeries(batch);
  const { counts, marks, status, kind, policy, rate, startedAt, createdAt, endedAt } = batch;
  const over = isOver(status);
  const now = Math.floor(useNow(!over).getTime() / GROWS_MS) * GROWS_MS;
  const lines = useMemo(() => {
    const begin = Date.parse(startedAt ?? createdAt);
    // The clocks of the platform and of the viewer differ: nothing that the platform knows of is cut off.
    const known = [begin, ...marks.map(({ at }) => Date.parse(at)), ...(series?.points ?? []).map(({ at }) => Date.parse(at))];
    const end = Math.max(over && endedAt ? Date.parse(endedAt) : now, ...known);
    const asked = kind === 'STATIC' && policy.pushRate ? rate.asked : null;
    return series && linesOf({ series, begin, end, isOver: over, counts, asked, marks });
  }, [series, counts, marks, over, endedAt, startedAt, createdAt, now, kind, policy.pushRate, rate.asked]);
  const { locale } = i18n;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the words change with the language only.
  const curves = useMemo(
    (): readonly Curve[] => [
      ...(lines?.planned.some((value) => value !== null)
        ? [{ label: t`planned`, tone: 'waiting', pattern: 'dashed', values: lines.planned } as const]
        : []),
      { label: t`pushed`, tone: 'active', pattern: 'long', values: lines?.pushed ?? [] },
      { label: t`succeeded`, tone: 'good', pattern: 'solid', values: lines?.succeeded ?? [] },
      { label: t`failed`, tone: 'bad', pattern: 'dotted', values: lines?.failed ?? [] },
    ],
    [lines, locale],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the words change with the language only.
  const shownMarks = useMemo(
    (): readonly ChartMark[] => marks.map((mark) => ({ at: Date.parse(mark.at), label: i18n._(MARK_KINDS[mark.kind]) })),
    [marks, locale],
  );
  if (status === 'SCHEDULED') return null;
  const waiting = lines === null || status === 'STARTING';
  const pushed = count(lines?.pushed.at(-1) ?? 0);
  const says = t`Devices over time: ${pushed} pushed, ${count(counts.succeeded)} succeeded and ${count(counts.failed)} failed of ${count(counts.total)}.`;
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="curve" data-curves>
      <Title order={2} size="h3" id="curve" mb="xs">
        <Trans>Devices over time</Trans>
      </Title>
      <ErrorPanel problems={problems} retry={reload} />
      {(lines || loading) && (
        <Chart times={lines?.times ?? NO_TIMES} curves={curves} marks={shownMarks} says={says} waiting={waiting}>
          {!over && <Trans>The newest minute is preliminary.</Trans>}
        </Chart>
      )}
    </Paper>
  );
}
