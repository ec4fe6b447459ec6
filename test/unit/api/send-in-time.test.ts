import { API_LIMITS } from '../../../api/limits';
import { sendInTime } from '../../../api/transport/send-in-time';

const { pieceBytes, unreadMs, unreadBytesPerMs } = API_LIMITS;
beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** A client that takes each piece after so many milliseconds; a cut settles the piece under way. */
function reader(ms: number) {
  const seen = { bytes: 0, last: 0, cut: false };
  let settle = (): void => undefined;
  const write = (piece: Buffer, isLast: boolean): Promise<void> =>
    new Promise((resolve) => {
      settle = resolve;
      setTimeout(() => {
        seen.bytes += piece.length;
        if (isLast) seen.last += 1;
        resolve();
      }, ms);
    });
  const cut = (): void => {
    seen.cut = true;
    settle();
  };
  return { seen, write, cut };
}

async function sent(bytes: number, ms: number) {
  const { seen, write, cut } = reader(ms);
  const done = sendInTime(Buffer.alloc(bytes), write, cut);
  await jest.runAllTimersAsync();
  await done;
  return seen;
}

test('R-SAFE-1 an answer that is read is sent whole, in pieces, and one of nothing too', async () => {
  expect(await sent(3 * pieceBytes + 1, 10)).toEqual({ bytes: 3 * pieceBytes + 1, last: 1, cut: false });
  expect(await sent(0, 10)).toEqual({ bytes: 0, last: 1, cut: false });
});

test('R-SAFE-1 an answer that nobody reads is cut', async () => {
  expect(await sent(3 * pieceBytes, unreadMs + 1)).toMatchObject({ last: 0, cut: true });
});

test('R-SAFE-1 an answer that is read a little before each time-out is cut all the same', async () => {
  const pieces = 64;
  const seen = await sent(pieces * pieceBytes, unreadMs - 1);
  expect(seen).toMatchObject({ last: 0, cut: true });
  expect(seen.bytes).toBeLessThan(((unreadMs + (pieces * pieceBytes) / unreadBytesPerMs) / (unreadMs - 1) + 1) * pieceBytes);
});
