import { type Account, createAccounts } from '../core/accounts';
import { networkOf } from '../core/strangers';
import { createTokenBuckets } from '../core/token-bucket';
import type { ConnectResult } from './metrics';

/** Why an attempt to connect is not looked at. */
export type AttemptLimit = Extract<ConnectResult, 'device_too_often' | 'device_wrong_passwords' | 'address_wrong_passwords'>;

/** What one device, and all behind one address, may try. */
export interface AttemptQuotas {
  /** Of one device. */
  connectsPerMinute: number;
  wrongPasswordsPerMinute: number;
  /** Of one address, whatever device they are for. */
  addressConnectsPerSecond: number;
  addressWrongPasswordsPerMinute: number;
  /** Attempts that are checked at once. */
  authentications: number;
}

/** `unknown`: nobody could say whether the password was right. */
export type AttemptEnd = 'right' | 'wrong' | 'unknown';

export interface SignInAttempt {
  /** Once; later calls mean nothing. */
  end(how: AttemptEnd): void;
}

/** How often somebody may try to connect (R-SAFE-3): by what was proven where it can be, by where it comes from before. */
export interface Attempts {
  /** A TCP connection, before anything was said over it. */
  mayOpen(address: string | undefined): boolean;
  /** A password that is said to be that of `name`; where it comes from is not known of what another broker asks about. */
  begin(name: string, address: string | undefined): SignInAttempt | AttemptLimit;
  /** A device whose password was right. */
  mayConnect(deviceId: string): boolean;
}

const REMEMBERED = 100_000;
/** A name may be as long as a client makes it. */
const NAME_LENGTH = 160;
const MINUTE_S = 60;
/** A fleet that comes back at once may be behind one address: seconds of connecting that it may have saved up. */
const ADDRESS_BURST_S = 20;
/** Of a minute's connects, or wrong passwords, so many may come at once. */
const CONNECTS_AT_ONCE = 1 / 10;
const WRONG_AT_ONCE = 1 / 3;

const UNLIMITED: SignInAttempt = { end: () => undefined };

/**
 * Wrong passwords are counted for a device and an address together: somebody else's never keep a device out. An address has a limit of its
 * own, for names that come and go; whoever was right from there lately is not held to it, since many may share an address.
 */
export function createAttempts(quotas: AttemptQuotas, now?: () => number): Attempts {
  const { connectsPerMinute, addressConnectsPerSecond, wrongPasswordsPerMinute, addressWrongPasswordsPerMinute } = quotas;
  const aMinute = (count: number, atOnce: number, least = 1) => ({
    perSecond: count / MINUTE_S,
    burst: Math.max(least, Math.ceil(count * atOnce)),
  });
  const connects = createTokenBuckets<Account>(aMinute(connectsPerMinute, CONNECTS_AT_ONCE), now);
  const opens = createTokenBuckets<Account>(
    { perSecond: addressConnectsPerSecond, burst: addressConnectsPerSecond * ADDRESS_BURST_S },
    now,
  );
  const wrong = createTokenBuckets<Account>(aMinute(wrongPasswordsPerMinute, WRONG_AT_ONCE), now);
  // Those that are being checked have taken theirs, and give it back when they are right.
  const wrongOfAddress = createTokenBuckets<Account>(
    aMinute(addressWrongPasswordsPerMinute, WRONG_AT_ONCE, 2 * quotas.authentications),
    now,
  );
  const deviceOf = createAccounts(REMEMBERED);
  const addressOf = createAccounts(REMEMBERED);
  const pairOf = createAccounts(REMEMBERED);
  const trusted = new WeakSet<Account>();

  return {
    mayOpen: (address) => opens.take(addressOf(networkOf(address))),
    mayConnect: (deviceId) => connects.take(deviceOf(deviceId)),
    begin(name, from) {
      if (from === undefined) return UNLIMITED;
      const address = addressOf(networkOf(from));
      const pair = pairOf(`${networkOf(from)} ${name.slice(0, NAME_LENGTH)}`);
      if (!wrong.take(pair)) return 'device_wrong_passwords';
      const counts = !trusted.has(pair);
      if (counts && !wrongOfAddress.take(address)) {
        wrong.giveBack(pair);
        return 'address_wrong_passwords';
      }
      let isOver = false;
      return {
        end(how) {
          if (isOver) return;
          isOver = true;
          if (how === 'wrong') return;
          wrong.giveBack(pair);
          if (counts) wrongOfAddress.giveBack(address);
          if (how === 'right') trusted.add(pair);
        },
      };
    },
  };
}
