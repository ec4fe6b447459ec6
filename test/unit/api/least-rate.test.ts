import { EventEmitter } from 'node:events';
import type { Request } from 'express';
import { cutWhenSlow } from '../../../api/files/least-rate';
import { API_LIMITS } from '../../../api/limits';

/** A request whose body brings what the test says. */
function body() {
  const req = Object.assign(new EventEmitter(), { socket: { bytesRead: 0 }, readableLength: 0 });
  let cuts = 0;
  cutWhenSlow(req as unknown as Request, () => {
    cuts += 1;
  });
  return { req, cuts: () => cuts };
}
const SECOND = 1_000;

describe('R-SAFE-3 the body of an upload', () => {
  beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] }));
  afterEach(() => void jest.useRealTimers());

  test('R-SAFE-3 that drips is cut once, after two minutes; one over the slowest line goes on for hours', () => {
    const [drip, slow, ended] = [body(), body(), body()];
    ended.req.emit('end');
    for (let second = 0; second < 3 * 60 * 60; second += 5) {
      drip.req.socket.bytesRead += 5;
      slow.req.socket.bytesRead += 5 * API_LIMITS.uploadBytesPerSecond + 1;
      jest.advanceTimersByTime(5 * SECOND);
      if (second === 100) expect(drip.cuts()).toBe(0);
    }
    expect([drip.cuts(), slow.cuts(), ended.cuts()]).toEqual([1, 0, 0]);
  });

  test('R-SAFE-3 that waits for us is not cut: what has come is not read yet', () => {
    const held = body();
    held.req.readableLength = 65_536;
    jest.advanceTimersByTime(60 * 60 * SECOND);
    expect(held.cuts()).toBe(0);
    held.req.readableLength = 0;
    jest.advanceTimersByTime(10 * 60 * SECOND);
    expect(held.cuts()).toBe(1);
  });
});
