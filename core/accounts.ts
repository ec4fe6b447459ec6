import { LRUCache } from 'lru-cache';
import { atMost } from './at-most';

/** On which what somebody has taken is written down, whatever connection it came by. */
export type Account = object;

export type AccountOf = (name: string) => Account;

/**
 * The same account for the same name, as long as that is among the last `most`. What hangs on accounts (see `token-bucket.ts`) is kept by
 * them and goes with them, so that it is bounded in one place.
 */
export function createAccounts(most: number): AccountOf {
  const accounts = new LRUCache<string, Account>(atMost(most));
  return (name) => {
    let account = accounts.get(name);
    if (account === undefined) {
      account = {};
      accounts.set(name, account);
    }
    return account;
  };
}
