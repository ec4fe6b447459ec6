import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Group, Text, useComputedColorScheme } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { LANGUAGE_TAGS, type Locale } from '../../i18n/locales';
import { useFormats } from '../../i18n/use-formats';
import { Time } from '../Time';
import classes from './Chart.module.css';
import { ChartTable } from './ChartTable';
import type { Drawing, Drawn } from './draw';
import { type Curve, DASHES } from './look';

interface Props extends Drawing {
  /** What is to be seen, in a sentence: it stands for the picture. */
  says: string;
  /** Values hold until the next one. */
  stepped?: boolean;
  /** Its numbers are still being read: it takes the room that it will need. */
  waiting?: boolean;
  children?: ReactNode;
}

const HEIGHT_PX = 260;
/** With what stands above and below it, each on a line. */
export const CHART_PX = HEIGHT_PX + 66;

/** Numbers over time: lines, what each is, and on demand the same as a table. What draws is loaded with the first chart. */
export function Chart({ times, curves, marks, says, stepped = false, waiting = false, children }: Props) {
  const { t, i18n } = useLingui();
  const { count } = useFormats();
  const scheme = useComputedColorScheme('light');
  const language = LANGUAGE_TAGS[i18n.locale as Locale] ?? i18n.locale;
  const host = useRef<HTMLDivElement>(null);
  const drawn = useRef<Drawn | null>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const [asTable, setAsTable] = useState(false);
  const latest = useRef<Drawing>({ times, curves, marks });
  latest.current = { times, curves, marks };

  const look = [scheme, language, stepped, ...curves.map(({ label, tone, pattern }) => `${label}/${tone}/${pattern}`)].join('|');
  // biome-ignore lint/correctness/useExhaustiveDependencies: a canvas keeps its colours and words, so it is drawn anew for others.
  useEffect(() => {
    if (waiting) return;
    let isOver = false;
    void import('./draw').then(({ draw }) => {
      if (isOver || !host.current) return;
      drawn.current = draw(host.current, latest.current, { language, height: HEIGHT_PX, stepped, count, pointed: setPointed });
      host.current.dataset.drawn = scheme;
    });
    return () => {
      isOver = true;
      drawn.current?.destroy();
      drawn.current = null;
    };
  }, [look, waiting]);
  useEffect(() => drawn.current?.set({ times, curves, marks }), [times, curves, marks]);

  const at = pointed !== null && pointed < times.length ? pointed : times.length - 1;
  const moment = times[at];
  return (
    <figure className={classes.figure} aria-busy={waiting}>
      <Legend curves={curves} at={at} />
      <Text size="xs" c="dimmed" mt={4} className={classes.moment}>
        {moment !== undefined && <Time at={new Date(moment)} precision="second" />}
        {children && <> · {children}</>}
      </Text>
      <div ref={host} className={classes.host} style={{ height: HEIGHT_PX }} role="img" aria-label={waiting ? t`Loading` : says} />
      <Button variant="default" size="compact-xs" disabled={waiting} onClick={() => setAsTable(!asTable)} aria-expanded={asTable}>
        {asTable ? <Trans>Hide the table</Trans> : <Trans>Show as a table</Trans>}
      </Button>
      {asTable && <ChartTable times={times} curves={curves} marks={marks} label={says} />}
    </figure>
  );
}

function Legend({ curves, at }: { curves: readonly Curve[]; at: number }) {
  const { count } = useFormats();
  return (
    <Group component="ul" gap="md" className={classes.legend}>
      {curves.map(({ label, tone, pattern, values }) => {
        const value = values[at] ?? null;
        return (
          <Group component="li" key={label} gap={6} wrap="nowrap" data-tone={tone} data-curve={label}>
            <svg className={classes.sample} aria-hidden="true" viewBox="0 0 34 10">
              <line x1="0" x2="34" y1="5" y2="5" strokeDasharray={DASHES[pattern].join(' ')} />
            </svg>
            <Text size="sm" component="span">
              {label} <b>{value === null ? '–' : count(Math.round(value * 10) / 10)}</b>
            </Text>
          </Group>
        );
      })}
    </Group>
  );
}
