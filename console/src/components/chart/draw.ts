import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { type ChartMark, type Curve, DASHES, timeLabels } from './look';

export interface Drawing {
  readonly times: readonly number[];
  readonly curves: readonly Curve[];
  readonly marks: readonly ChartMark[];
}

export interface Drawn {
  set(drawing: Drawing): void;
  destroy(): void;
}

interface Options {
  readonly language: string;
  readonly height: number;
  readonly stepped: boolean;
  readonly count: (value: number) => string;
  /** Which time is pointed at. */
  readonly pointed: (index: number | null) => void;
}

const MARK_ROWS = 3;
const MARK_ROW_PX = 14;
const FONT = '12px system-ui, sans-serif';
/** uPlot has no room for its axes in less, as in a part of the page that is not shown. */
const LEAST_PX = 120;

/** Draws into an element as wide as that is, in the colours that it has now. */
export function draw(host: HTMLElement, first: Drawing, { language, height, stepped, count, pointed }: Options): Drawn {
  const style = getComputedStyle(host);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const [text, grid] = [colour('--mantine-color-dimmed'), colour('--mantine-color-default-border')];
  let { marks } = first;
  const paths = stepped ? uPlot.paths.stepped?.({ align: 1 }) : uPlot.paths.linear?.();
  const axis = { stroke: text, font: FONT, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
  const width = (): number => Math.max(LEAST_PX, Math.floor(host.clientWidth));

  const chart = new uPlot(
    {
      width: width(),
      height,
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, y: false },
      // Room for the words of the marks above.
      padding: [MARK_ROWS * MARK_ROW_PX, 12, 0, 0],
      scales: {
        x: { time: true, range: (_chart, from, to) => [from, Math.max(to, from + 60)] },
        y: { range: (_chart, _least, most) => [0, Math.max(1, (most ?? 0) * 1.05)] },
      },
      axes: [
        { ...axis, space: 70, values: (_chart, splits, _axis, _space, step) => timeLabels(language, splits, step) },
        {
          ...axis,
          // Devices come whole.
          incrs: [1, 2, 5].flatMap((digit) => Array.from({ length: 9 }, (_, power) => digit * 10 ** power)).sort((a, b) => a - b),
          values: (_chart, splits) => splits.map(count),
          size: (_chart, values) => 16 + 7 * Math.max(1, ...(values ?? []).map((value) => value.length)),
        },
      ],
      series: [
        {},
        ...first.curves.map(({ label, tone, pattern }) => ({
          ...{ label, stroke: colour(`--tone-${tone}`), width: 2, dash: [...DASHES[pattern]] },
          ...(paths && { paths }),
          points: { show: false },
        })),
      ],
      hooks: {
        draw: [(drawn) => drawMarks(drawn, marks, text)],
        setCursor: [({ cursor: { idx, left } }) => pointed(idx === undefined || (left ?? -1) < 0 ? null : idx)],
      },
    },
    dataOf(first),
    host,
  );
  const resized = new ResizeObserver(() => {
    if (width() !== chart.width) chart.setSize({ width: width(), height });
  });
  resized.observe(host);
  return {
    set(drawing) {
      marks = drawing.marks;
      chart.setData(dataOf(drawing));
    },
    destroy() {
      resized.disconnect();
      chart.destroy();
    },
  };
}

const dataOf = ({ times, curves }: Drawing): uPlot.AlignedData =>
  [times.map((at) => at / 1_000), ...curves.map(({ values }) => [...values])] as uPlot.AlignedData;

/** A line at each, and its word above where there is room for it; all of them are in the table. */
function drawMarks({ ctx, bbox, valToPos, scales }: uPlot, marks: readonly ChartMark[], colour: string): void {
  const ratio = window.devicePixelRatio;
  const ends = Array.from({ length: MARK_ROWS }, () => Number.NEGATIVE_INFINITY);
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.font = FONT.replace(/^\d+/, (size) => String(Number(size) * ratio));
  ctx.textBaseline = 'top';
  // The axes leave theirs behind.
  ctx.textAlign = 'left';
  ctx.setLineDash([3 * ratio, 3 * ratio]);
  for (const { at, label } of marks) {
    const seconds = at / 1_000;
    if (seconds < (scales.x?.min ?? 0) || seconds > (scales.x?.max ?? 0)) continue;
    const x = valToPos(seconds, 'x', true);
    const { width } = ctx.measureText(label);
    const left = Math.min(x, bbox.left + bbox.width - width);
    const row = ends.findIndex((end) => end < left);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top - (row < 0 ? 0 : (MARK_ROWS - row - 1) * MARK_ROW_PX * ratio));
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    if (row < 0) continue;
    ends[row] = left + width + 8 * ratio;
    ctx.fillText(label, left, bbox.top - (MARK_ROWS - row) * MARK_ROW_PX * ratio);
  }
  ctx.restore();
}
