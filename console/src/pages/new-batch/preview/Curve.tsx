import { plural } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Box, Group, Text } from '@mantine/core';
import { type PointerEvent, useState } from 'react';
import { useFormats } from '../../../i18n/use-formats';
import classes from './Curve.module.css';

interface Point {
  readonly minute: number;
  readonly pushes: number;
  readonly total: number;
}

const [WIDTH, HEIGHT] = [100, 40];

/** Devices notified in the course of time: what the rate comes to. The same is said in words for those who do not see it. */
export function Curve({ points, stepMinutes }: { points: readonly Point[]; stepMinutes: number }) {
  const { count } = useFormats();
  const [at, setAt] = useState<number | null>(null);
  const end = (points.at(-1)?.minute ?? 0) + stepMinutes;
  const all = points.at(-1)?.total ?? 0;
  if (points.length === 0 || all === 0) return null;
  const x = (minute: number): number => (minute / end) * WIDTH;
  const y = (total: number): number => HEIGHT - (total / all) * HEIGHT;
  const corners = points.map(({ minute, total }) => `${x(minute + stepMinutes).toFixed(2)},${y(total).toFixed(2)}`);
  const line = `M0,${HEIGHT} L${corners.join(' L')}`;
  const shown = at === null ? null : (points[at] ?? null);
  const look = (event: PointerEvent<SVGSVGElement>): void => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const minute = ((event.clientX - left) / width) * end;
    const index = points.findLastIndex((point) => point.minute <= minute);
    setAt(Math.max(0, index));
  };
  const devices = count(all);
  const minutes = count(end);
  const said = plural(end, {
    one: `# minute until the last device is notified. Devices: ${devices}`,
    other: `# minutes until the last device is notified. Devices: ${devices}`,
  });
  return (
    <Box>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        className={classes.curve}
        role="img"
        aria-label={said}
        onPointerMove={look}
        onPointerLeave={() => setAt(null)}
      >
        <path d={`${line} L${WIDTH},${HEIGHT} Z`} className={classes.area} />
        <path d={line} className={classes.line} vectorEffect="non-scaling-stroke" />
        {shown && <path d={`M${x(shown.minute + stepMinutes)},0 V${HEIGHT}`} className={classes.mark} vectorEffect="non-scaling-stroke" />}
      </svg>
      <Group justify="space-between" gap="xs">
        <Text size="xs" c="dimmed">
          <Trans>start</Trans>
        </Text>
        <Text size="xs" c="dimmed" ta="center">
          {shown ? <PointText point={shown} stepMinutes={stepMinutes} /> : <Trans>devices notified, up to {devices}</Trans>}
        </Text>
        <Text size="xs" c="dimmed">
          <Trans>after {minutes} min</Trans>
        </Text>
      </Group>
    </Box>
  );
}

function PointText({ point, stepMinutes }: { point: Point; stepMinutes: number }) {
  const { count } = useFormats();
  const minute = count(point.minute + stepMinutes);
  const total = count(point.total);
  const rate = count(Math.round(point.pushes / stepMinutes));
  return (
    <Trans>
      {minute} min: {total} devices, {rate} a minute
    </Trans>
  );
}
