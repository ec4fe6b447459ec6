import { LRUCache } from 'lru-cache';
import { atMost } from '../../../../core/at-most';
import type { DeviceId } from '../../../../schema/model/ids';
import { type Clock, systemClock } from '../../front/clock';
import { CODE, codeClass } from '../../message/codes';
import type { CoapMessage } from '../../message/message';
import { OPTION, uintOf } from '../../message/options';
import { decode } from '../formats/decode';
import type { Resources } from '../formats/decoded';
import { type Path, parsePath } from '../formats/path';
import { type Exchange, type ExchangeDeps, withExchanges } from './exchange';
import { type Accept, chooseAccept, nextAccept } from './negotiation';
import type { Observations } from './observations';
import { type Attributes, type Body, executeRequest, readRequest, type Target, writeAttributesRequest, writeRequest } from './operations';
import { type Outcome, refusal } from './outcome';
import type { Reachable } from './reach';
import { createRequestQueues, QUEUE_LIMITS, type QueueLimits, type Try } from './request-queues';
import { wholeAnswer } from './whole-answer';
import { type BlockSource, type BlocksEnd, type BlockWrite, createBlockWrite } from './write-blocks';

export interface RequestTerms {
  /** How long it may take in all, waiting for the device to wake included. */
  waitMs: number;
  signal?: AbortSignal;
}

/** What a device answers to Read, and to Observe at once. */
export interface Observed extends Resources {
  /** Whether it will tell of changes: a device may answer as to a Read only (RFC 7641 §3.1). */
  observed: boolean;
}

/**
 * Requests of LwM2M to devices, one at a time to each, in order, and only while it listens (device-protocols §3.2). A device with queue
 * mode that leaves one unanswered gets it again first when it was heard; `done` is the outcome of one that was answered with success.
 * Paths are of LwM2M, such as `/5/0/3`; a RangeError for anything else. Rejects when the device could not be looked up.
 */
export interface DeviceRequests {
  read(deviceId: DeviceId, path: string, terms: RequestTerms): Promise<Outcome<Resources>>;
  write(deviceId: DeviceId, path: string, body: Body, terms: RequestTerms): Promise<Outcome<null>>;
  /**
   * Write of more than one message holds, block by block; nothing else is asked of the device meanwhile. One that is at another address
   * goes on there; one that leaves a block unanswered, or registers anew, has to be begun again from the start: time-out.
   */
  writeBlocks(deviceId: DeviceId, path: string, source: BlockSource, terms: RequestTerms): Promise<Outcome<BlocksEnd>>;
  execute(deviceId: DeviceId, path: string, terms: RequestTerms): Promise<Outcome<null>>;
  writeAttributes(deviceId: DeviceId, path: string, attributes: Attributes, terms: RequestTerms): Promise<Outcome<null>>;
  /** Notifications come to the `Observations`. Of the paths that these know. */
  observe(deviceId: DeviceId, path: string, terms: RequestTerms): Promise<Outcome<Observed>>;
  /** From the call on, notifications are refused; the device is asked to send none. */
  cancelObserve(deviceId: DeviceId, path: string, terms: RequestTerms): Promise<Outcome<null>>;
  /** The device was heard: what waits for that goes on. To be called for every message of it, once its window is known to be open. */
  heard(deviceId: DeviceId): void;
  /** The device has registered anew, or is at another address: what was sent to the one before is sent again. */
  moved(deviceId: DeviceId): void;
  /** Requests that are under way or wait, of all devices. */
  readonly size: number;
  stop(): void;
}

export interface DeviceRequestsDeps extends ExchangeDeps {
  observations: Pick<Observations, 'tokenOf' | 'begin' | 'begun' | 'ended'>;
  limits?: QueueLimits;
  /** Registrations whose refused formats are remembered. When full, the one asked longest ago is forgotten, which costs it one refusal. */
  mostRegistrations?: number;
  clock?: Clock;
}

/** When there is no room to send the next block, it is tried again after so long. */
const BUSY_MS = 1_000;

export function createDeviceRequests(deps: DeviceRequestsDeps): DeviceRequests {
  const { observations, limits = QUEUE_LIMITS, mostRegistrations = 50_000, clock = systemClock } = deps;
  const queues = createRequestQueues(limits, clock);
  const refusedBy = new LRUCache<string, Set<number>>(atMost(mostRegistrations));

  function run<T>(deviceId: DeviceId, { waitMs, signal }: RequestTerms, steps: (exchange: Exchange) => Promise<Outcome<T>>) {
    return queues.run<T>(deviceId, {
      waitMs,
      signal,
      attempt: (trying, sending) => withExchanges(deps, deviceId, { signal: trying, sending }, steps),
    });
  }

  const targetOf = ({ root }: Reachable, path: string): Target => ({ root, path });
  const refusedFormats = ({ registrationId }: Reachable): ReadonlySet<number> => refusedBy.get(registrationId) ?? new Set();
  const refuse = ({ registrationId }: Reachable, format: number): void =>
    void refusedBy.set(registrationId, new Set(refusedBy.get(registrationId)).add(format));

  /** Reads, going down the list of formats while the device accepts none. */
  async function readSteps(
    exchange: Exchange,
    path: string,
    observe?: 0,
  ): Promise<Outcome<{ resources: Resources; first: CoapMessage; device: Reachable }>> {
    const at = pathOf(path);
    let accept: Accept | undefined;
    for (;;) {
      const { response, device } = await exchange((to) => {
        if (accept === undefined) accept = chooseAccept(to.version, at, refusedFormats(to));
        const request = readRequest(targetOf(to, path), { accept, observe });
        if (observe === undefined) return { request };
        observations.begin(to.registrationId, path);
        return { request, token: observations.tokenOf(to.registrationId, path) };
      });
      if (accept !== null && accept !== undefined && refusesFormat(response)) {
        refuse(device, accept);
        const next = nextAccept(device.version, at, accept, refusedFormats(device));
        accept = next;
        if (next !== undefined) continue;
      }
      if (response.code !== CODE.content) {
        if (observe !== undefined) observations.ended(device.registrationId, path);
        return refusal(response);
      }
      const chosen = accept ?? null;
      const payload = await wholeAnswer(response, async (block) => {
        const further = await exchange((to) => ({ request: readRequest(targetOf(to, path), { accept: chosen, block }) }));
        return further.response;
      });
      if (payload === null) return { failed: 'unreadable', reason: 'blocks' };
      const decoded = decode(payload, uintOf(response, OPTION.contentFormat), at);
      if ('unreadable' in decoded) return { failed: 'unreadable', reason: decoded.unreadable };
      return { done: { resources: decoded, first: response, device } };
    }
  }

  async function writeSteps(deviceId: DeviceId, write: BlockWrite, trying: AbortSignal, sending: () => void): Promise<Try<BlocksEnd>> {
    for (;;) {
      const tried = await withExchanges(deps, deviceId, { signal: trying, sending }, write.run);
      const isBusy = 'outcome' in tried && 'failed' in tried.outcome && tried.outcome.failed === 'busy';
      if (trying.aborted) return isBusy ? { again: 'unanswered' } : tried;
      if (!write.begun) return tried;
      if ('again' in tried) return { outcome: tried.again === 'asleep' ? { failed: 'asleep' } : { failed: 'timeout', sent: true } };
      if (!isBusy) return tried;
      await pause(BUSY_MS, trying);
    }
  }

  const pause = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const ended = (): void => {
        clock.clearTimeout(timer);
        signal.removeEventListener('abort', ended);
        resolve();
      };
      const timer = clock.setTimeout(ended, ms);
      signal.addEventListener('abort', ended, { once: true });
    });

  return {
    read: (deviceId, path, terms) =>
      run<Resources>(deviceId, checked(path, terms), async (exchange) => {
        const outcome = await readSteps(exchange, path);
        return 'failed' in outcome ? outcome : { done: outcome.done.resources };
      }),

    write: (deviceId, path, body, terms) =>
      run(deviceId, checked(path, terms), async (exchange) => {
        const { response } = await exchange((to) => ({ request: writeRequest(targetOf(to, path), body) }));
        return succeeded(response);
      }),

    writeBlocks(deviceId, path, source, terms) {
      const { waitMs, signal } = checked(path, terms);
      const write = createBlockWrite(path, source);
      return queues.run<BlocksEnd>(deviceId, {
        waitMs,
        signal,
        attempt: (trying, sending) => writeSteps(deviceId, write, trying, sending),
      });
    },

    execute: (deviceId, path, terms) =>
      run(deviceId, checked(path, terms), async (exchange) => {
        const { response } = await exchange((to) => ({ request: executeRequest(targetOf(to, path)) }));
        return succeeded(response);
      }),

    writeAttributes: (deviceId, path, attributes, terms) =>
      run(deviceId, checked(path, terms), async (exchange) => {
        const { response } = await exchange((to) => ({ request: writeAttributesRequest(targetOf(to, path), attributes) }));
        return succeeded(response);
      }),

    observe: (deviceId, path, terms) =>
      run<Observed>(deviceId, checked(path, terms), async (exchange) => {
        const outcome = await readSteps(exchange, path, 0);
        if ('failed' in outcome) return outcome;
        const { resources, first, device } = outcome.done;
        const number = uintOf(first, OPTION.observe);
        if (number !== undefined) observations.begun(device.registrationId, path, number);
        return { done: { ...resources, observed: number !== undefined } };
      }),

    cancelObserve: (deviceId, path, terms) =>
      run(deviceId, checked(path, terms), async (exchange) => {
        const { response } = await exchange((to) => {
          observations.ended(to.registrationId, path);
          const accept = chooseAccept(to.version, pathOf(path), refusedFormats(to));
          return { request: readRequest(targetOf(to, path), { accept, observe: 1 }), token: observations.tokenOf(to.registrationId, path) };
        });
        return succeeded(response);
      }),

    heard: queues.heard,
    moved: queues.moved,
    get size() {
      return queues.size;
    },
    stop: queues.stop,
  };
}

function pathOf(path: string): Path {
  const ids = parsePath(path);
  if (ids === null || ids.length === 0) throw new RangeError(`${path} is no path of LwM2M`);
  return ids;
}

function checked(path: string, terms: RequestTerms): RequestTerms {
  pathOf(path);
  return terms;
}

/** Accept is a critical option: a client that doesn't know it answers 4.02 (RFC 7252 §5.4.1). */
const refusesFormat = ({ code }: CoapMessage): boolean => code === CODE.notAcceptable || code === CODE.badOption;

const succeeded = (response: CoapMessage): Outcome<null> => (codeClass(response.code) === 2 ? { done: null } : refusal(response));
