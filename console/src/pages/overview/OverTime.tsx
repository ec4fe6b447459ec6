import { Trans, useLingui } from '@lingui/react/macro';
import { Group, NativeSelect, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useMemo } from 'react';
import { CHART_PX, Chart } from '../../components/chart/Chart';
import type { Curve, Pattern } from '../../components/chart/look';
import { ErrorPanel } from '../../components/ErrorPanel';
import type { Tone } from '../../components/tone';
import { useFilters } from '../../components/use-filters';
import { useFormats } from '../../i18n/use-formats';
import type { Loaded } from '../../live/use-loaded';
import { bucketsOf, causesOf, type Flow, pacesOf } from './flow';

/** Points of a chart, by the quarter of an hour for a day: each is wide enough to be pointed at. */
const MOST_BUCKETS = 100;
const MOST_CAUSES = 6;
const LOOKS: readonly (readonly [Tone, Pattern])[] = [
  ['bad', 'solid'],
  ['active', 'long'],
  ['attention', 'dashed'],
  ['good', 'dotted'],
  ['over', 'dash-dotted'],
  ['waiting', 'sparse'],
];

export const RANGES = { day: 1, week: 7, month: 30 } as const;
export type Range = keyof typeof RANGES;
export const rangeOf = (value: string): Range => (value === 'week' || value === 'month' ? value : 'day');

/** What the platform did over time, of the products that the viewer may see: devices a minute, and failures by cause. */
export function OverTime({ loaded, isWhole }: { loaded: Loaded<Flow | null>; isWhole: boolean }) {
  const { t, i18n } = useLingui();
  const { count } = useFormats();
  const [filter, setFilter] = useFilters();
  const { data, problems, loading, reload } = loaded;
  const { locale } = i18n;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the words change with the language only.
  const drawn = useMemo(() => {
    const paceCurvesOf = (paces: ReturnType<typeof pacesOf> | null): Curve[] => [
      { label: t`notified`, tone: 'active', pattern: 'long', values: paces?.notified ?? [] },
      { label: t`succeeded`, tone: 'good', pattern: 'solid', values: paces?.succeeded ?? [] },
      { label: t`failed`, tone: 'bad', pattern: 'dotted', values: paces?.failed ?? [] },
    ];
    if (!data) return { times: [], size: 1, paceCurves: paceCurvesOf(null), causeCurves: [], causes: [] };
    const { size, buckets } = bucketsOf(data, MOST_BUCKETS, isWhole);
    const paceCurves = paceCurvesOf(pacesOf(buckets, data.stepMinutes));
    const causes = causesOf(buckets, MOST_CAUSES);
    const causeCurves = causes.map(({ description, values }, index): Curve => {
      const [tone, pattern] = LOOKS[index] ?? (['over', 'solid'] as const);
      return { label: description ?? t`other causes`, tone, pattern, values };
    });
    // The last step is as wide as what has passed of it.
    const toTheEnd = (curve: Curve): Curve => ({ ...curve, values: [...curve.values, curve.values.at(-1) ?? null] });
    const times = [...buckets.map(({ at }) => at), Math.max(Date.parse(data.to), (buckets.at(-1)?.at ?? 0) + 1)];
    return { times, size, paceCurves: paceCurves.map(toTheEnd), causeCurves: causeCurves.map(toTheEnd), causes };
  }, [data, locale, isWhole]);
  const failed = count(drawn.causes.reduce((sum, { total }) => sum + total, 0));
  const minutes = count(drawn.size);
  return (
    <Stack gap="sm" component="section" aria-labelledby="flow">
      <Group justify="space-between" align="end">
        <Title order={2} size="h3" id="flow">
          <Trans>Over time</Trans>
        </Title>
        <NativeSelect
          aria-label={t`Range`}
          value={rangeOf(filter('range'))}
          onChange={(event) => setFilter({ range: event.currentTarget.value === 'day' ? null : event.currentTarget.value })}
          data={[
            { value: 'day', label: t`the last day` },
            { value: 'week', label: t`the last 7 days` },
            { value: 'month', label: t`the last 30 days` },
          ]}
        />
      </Group>
      <ErrorPanel problems={problems} retry={reload} />
      {(data || loading) && (
        <SimpleGrid cols={{ base: 1, lg: 2 }}>
          <Paper withBorder p="md" component="section" miw={0} data-flow="pace">
            <Title order={3} size="h4" mb="xs">
              <Trans>Devices a minute</Trans>
            </Title>
            <Chart
              stepped
              waiting={!data}
              times={drawn.times}
              curves={drawn.paceCurves}
              marks={NO_MARKS}
              says={t`Devices a minute that were notified, succeeded and failed, over time.`}
            />
          </Paper>
          <Paper withBorder p="md" component="section" miw={0} data-flow="failures">
            <Title order={3} size="h4" mb="xs">
              <Trans>Failures by cause, in each {minutes} min</Trans>
            </Title>
            {data && drawn.causes.length === 0 ? (
              <Text c="dimmed" size="sm" mih={CHART_PX}>
                <Trans>No device has failed in this time.</Trans>
              </Text>
            ) : (
              <Chart
                stepped
                waiting={!data}
                times={drawn.times}
                curves={drawn.causeCurves}
                marks={NO_MARKS}
                says={t`Failures by cause over time; ${failed} in all.`}
              />
            )}
          </Paper>
        </SimpleGrid>
      )}
    </Stack>
  );
}

const NO_MARKS = [] as const;
