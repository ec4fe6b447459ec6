import type { DeviceId } from '../../../../schema/model/ids';
import { CoapBusy, CoapClosed, CoapReset, CoapTimeout } from '../../front/errors';
import type { CoapRequest, RequestOptions, Requests } from '../../front/requests';
import type { CoapMessage } from '../../message/message';
import type { Outcome } from './outcome';
import type { Reach, Reachable } from './reach';
import type { Try } from './request-queues';

/** One request to the device and its response, whatever its code. Who the device is and where is looked up before each. */
export type Exchange = (
  build: (device: Reachable) => { request: CoapRequest } & Pick<RequestOptions, 'token' | 'isLate'>,
) => Promise<{ response: CoapMessage; device: Reachable }>;

export interface ExchangeDeps extends Reach {
  request: Requests['request'];
}

/** Ends a try from within an exchange. */
class Ended extends Error {
  constructor(readonly end: Try<never>) {
    super('The exchange has ended');
  }
}

/** Runs what consists of exchanges; a failure of one of them is the outcome, or the reason to begin again later. */
export async function withExchanges<T>(
  deps: ExchangeDeps,
  deviceId: DeviceId,
  { signal, sending }: { signal: AbortSignal; sending(): void },
  run: (exchange: Exchange) => Promise<Outcome<T>>,
): Promise<Try<T>> {
  const exchange: Exchange = async (build) => {
    const device = await deps.reach(deviceId);
    if (device === 'gone') throw new Ended({ outcome: { failed: 'gone' } });
    if (device === 'asleep') throw new Ended({ again: 'asleep' });
    const { request, ...options } = build(device);
    const sentAt = new Date();
    if (!signal.aborted) sending();
    try {
      const response = await deps.request(device.peer, request, { ackTimeoutMs: device.ackTimeoutMs, ...options, signal });
      deps.answered(device);
      return { response, device };
    } catch (error) {
      throw await endedBy(error, device, sentAt);
    }
  };

  async function endedBy(error: unknown, device: Reachable, sentAt: Date): Promise<unknown> {
    if (signal.aborted) return new Ended({ again: 'unanswered' });
    if (error instanceof CoapReset) return new Ended({ outcome: { failed: 'reset' } });
    if (error instanceof CoapBusy) return new Ended({ outcome: { failed: 'busy' } });
    if (error instanceof CoapClosed) return new Ended({ outcome: { failed: 'aborted' } });
    if (!(error instanceof CoapTimeout)) return error;
    if (!device.queueMode) return new Ended({ outcome: { failed: 'timeout', sent: true } });
    await deps.unanswered(device, sentAt);
    return new Ended({ again: 'unanswered' });
  }

  try {
    return { outcome: await run(exchange) };
  } catch (error) {
    if (error instanceof Ended) return error.end;
    throw error;
  }
}
