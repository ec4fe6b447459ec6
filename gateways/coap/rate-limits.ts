import { type Account, createAccounts } from '../../core/accounts';
import { networkOf } from '../../core/strangers';
import { createTokenBuckets } from '../../core/token-bucket';
import type { CoapQuotas } from './quotas';

export interface CoapRateLimits {
  /** A request that is no download, from an address; of IPv6, a network. */
  mayAsk(address: string): boolean;
  /** A Register of a device that says so of itself: what it says has been proven only over DTLS. */
  mayRegister(name: string, address: string): boolean;
}

const REMEMBERED = 100_000;
const MINUTE_S = 60;
/** Of a minute's registrations so many may come at once. */
const AT_ONCE = 1 / 10;
/** A fleet that comes back at once may be behind one address: seconds of requests that it may have saved up. */
const ADDRESS_BURST_S = 20;

/** R-SAFE-3: by what was proven where it can be, by where it comes from before. */
export function createCoapRateLimits(
  { registersPerMinute, addressRequestsPerSecond }: Pick<CoapQuotas, 'registersPerMinute' | 'addressRequestsPerSecond'>,
  now?: () => number,
): CoapRateLimits {
  const asks = createTokenBuckets<Account>({ perSecond: addressRequestsPerSecond, burst: addressRequestsPerSecond * ADDRESS_BURST_S }, now);
  const registers = createTokenBuckets<Account>(
    { perSecond: registersPerMinute / MINUTE_S, burst: Math.max(1, Math.ceil(registersPerMinute * AT_ONCE)) },
    now,
  );
  const addressOf = createAccounts(REMEMBERED);
  const nameOf = createAccounts(REMEMBERED);
  return {
    mayAsk: (address) => asks.take(addressOf(networkOf(address))),
    // By name and address together: somebody else who uses a device's name does not keep it out.
    mayRegister: (name, address) => registers.take(nameOf(`${networkOf(address)} ${name}`)),
  };
}
