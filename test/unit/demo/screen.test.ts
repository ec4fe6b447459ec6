import { type Out, show } from '../../../demo/screen';
import { createShutdownStack } from '../../../demo/shutdown-stack';

function terminal(size: { isTTY?: boolean; columns?: number; rows?: number }) {
  const written: string[] = [];
  const out: Out = { ...size, write: (text: string | Uint8Array) => written.push(String(text)) > 0 };
  return { out, written };
}

test('on a terminal the picture is drawn over the one before, with a row to spare, and the cursor comes back', () => {
  const { out, written } = terminal({ isTTY: true, columns: 80, rows: 24 });
  const sizes: unknown[] = [];
  let text = 'first';
  const lines = (size: object) => {
    sizes.push(size);
    return [text, 'second line'];
  };
  const screen = show(out, { lines, line: () => '' });
  text = 'last';
  screen.stop();
  screen.stop();
  expect(sizes[0]).toEqual({ columns: 80, rows: 23 });
  expect(written.map((one) => JSON.stringify(one).slice(1, -1).replaceAll('\\u001b', 'ESC'))).toEqual([
    'ESC[?25l',
    '\\rfirstESC[K\\nsecond lineESC[K\\nESC[J',
    'ESC[2A\\rlastESC[K\\nsecond lineESC[K\\nESC[J',
    'ESC[?25h',
  ]);
});

test('where there is no terminal nothing but plain lines is written', () => {
  const { out, written } = terminal({});
  show(out, { lines: () => [], line: () => 'a line' }).stop();
  expect(written).toEqual(['a line\n', 'a line\n']);
});

test('what was started is stopped in the reverse order, what is still starting included, and what failed to start is not', async () => {
  const stopped: string[] = [];
  const stack = createShutdownStack(() => undefined);
  let started: (name: string) => void = () => undefined;
  const own = (starting: Promise<string>) => stack.own(starting, async (name) => void stopped.push(name));
  await own(Promise.resolve('platform'));
  await own(Promise.reject(new Error('no fleet'))).catch(() => undefined);
  void own(new Promise((settle) => (started = settle)));
  const stopping = stack.stop();
  expect(stack.signal.aborted).toBe(true);
  started('late');
  await Promise.all([stopping, stack.stop()]);
  expect(stopped).toEqual(['late', 'platform']);
});

test('a part that does not stop keeps no other from it', async () => {
  const stopped: string[] = [];
  const problems: unknown[] = [];
  const stack = createShutdownStack((problem) => problems.push(problem));
  await stack.own(Promise.resolve('platform'), async (name) => void stopped.push(name));
  await stack.own(Promise.resolve('fleet'), () => Promise.reject(new Error('stuck')));
  await stack.stop();
  expect(stopped).toEqual(['platform']);
  expect(problems).toHaveLength(1);
});
