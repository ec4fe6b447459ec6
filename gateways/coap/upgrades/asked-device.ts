import type { Unanswered } from '../../../core/reports/lwm2m/contract';
import type { DeviceId } from '../../../schema/model/ids';
import type { Resources } from '../lwm2m/formats/decoded';
import type { DeviceRequests, Observed, RequestTerms } from '../lwm2m/requests/device-requests';
import type { Attributes, Body } from '../lwm2m/requests/operations';
import type { Outcome, RequestFailure } from '../lwm2m/requests/outcome';
import type { BlockSource, BlocksEnd } from '../lwm2m/requests/write-blocks';

/** The device that something is asked of, as long as that may take. */
export interface AskedDevice {
  read(path: string): Promise<Outcome<Resources>>;
  write(path: string, body: Body): Promise<Outcome<null>>;
  writeBlocks(path: string, source: BlockSource): Promise<Outcome<BlocksEnd>>;
  execute(path: string): Promise<Outcome<null>>;
  writeAttributes(path: string, attributes: Attributes): Promise<Outcome<null>>;
  observe(path: string): Promise<Outcome<Observed>>;
  cancelObserve(path: string): Promise<Outcome<null>>;
}

/** All that is asked of it together takes no longer than `waitMs`. */
export function askedDevice(
  requests: DeviceRequests,
  deviceId: DeviceId,
  { waitMs, signal, now = () => performance.now() }: { waitMs: number; signal: AbortSignal; now?: () => number },
): AskedDevice {
  const until = now() + waitMs;
  const terms = (): RequestTerms => ({ waitMs: Math.max(0, until - now()), signal });
  return {
    read: (path) => requests.read(deviceId, path, terms()),
    write: (path, body) => requests.write(deviceId, path, body, terms()),
    writeBlocks: (path, source) => requests.writeBlocks(deviceId, path, source, terms()),
    execute: (path) => requests.execute(deviceId, path, terms()),
    writeAttributes: (path, attributes) => requests.writeAttributes(deviceId, path, attributes, terms()),
    observe: (path) => requests.observe(deviceId, path, terms()),
    cancelObserve: (path) => requests.cancelObserve(deviceId, path, terms()),
  };
}

/** Why a request has no answer; null: the device has answered it. */
export function unansweredOf(outcome: Outcome<unknown>): Unanswered | null {
  if ('done' in outcome) return null;
  switch (outcome.failed) {
    case 'asleep':
      return 'ASLEEP';
    case 'gone':
      return 'GONE';
    case 'timeout':
      return outcome.sent ? 'SILENT' : 'BUSY';
    case 'queue_full':
    case 'busy':
    case 'aborted':
      return 'BUSY';
    default:
      return null;
  }
}

/** Service Unavailable, and Too Many Requests (RFC 7252 §5.9.3.4, RFC 8516): it may be asked again, and has refused nothing. */
const NOT_NOW: readonly string[] = ['5.03', '4.29'];
export const isNotNow = (code: string | undefined): boolean => code !== undefined && NOT_NOW.includes(code);

/** What a device has answered with in place of what was asked for; a reset is no code of CoAP. */
export function refusalText(failure: RequestFailure): { code: string; text: string } {
  if (failure.failed === 'refused') return { code: failure.code, text: failure.text };
  return { code: failure.failed === 'reset' ? 'RST' : failure.failed, text: '' };
}
