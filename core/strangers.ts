/** Connections of which nobody knows yet whose they are. */
export interface Strangers<T> {
  /** One more. Gives the one that has to go for it, where there are as many as may be. */
  add(connection: T, address: string): T | null;
  /** It has shown whose it is, or has gone. */
  delete(connection: T): void;
  readonly size: number;
  /** The oldest of an address before its younger ones. */
  values(): IterableIterator<T>;
}

/**
 * At most so many: the oldest of the address that has most of them gives way. Who has something to show does it at once and is a stranger no
 * more; so a flood of those who have nothing drives out itself, and nobody else is kept out.
 */
export function createStrangers<T extends object>(most: number): Strangers<T> {
  const addresses = new Map<T, string>();
  const byAddress = new Map<string, Set<T>>();

  function remove(connection: T): void {
    const address = addresses.get(connection);
    if (address === undefined) return;
    addresses.delete(connection);
    const others = byAddress.get(address);
    others?.delete(connection);
    if (others?.size === 0) byAddress.delete(address);
  }

  function oldestOfMost(): T | null {
    let largest = new Set<T>();
    for (const those of byAddress.values()) if (those.size > largest.size) largest = those;
    const [oldest = null] = largest;
    return oldest;
  }

  return {
    add(connection, address) {
      const leaves = addresses.size >= most ? oldestOfMost() : null;
      if (leaves !== null) remove(leaves);
      addresses.set(connection, address);
      const those = byAddress.get(address);
      if (those) those.add(connection);
      else byAddress.set(address, new Set([connection]));
      return leaves;
    },
    delete: remove,
    values: () => addresses.keys(),
    get size() {
      return addresses.size;
    },
  };
}

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
const GROUPS = 8;
const OF_NETWORK = 4;

/** The address of whoever has connected, for counting: an IPv6 network (/64) is one subscriber's. */
export function networkOf(address: string | undefined): string {
  if (address === undefined) return 'unknown';
  const mapped = MAPPED.exec(address)?.[1];
  if (mapped !== undefined || !address.includes(':')) return mapped ?? address;
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail ? tail.split(':') : [];
  const between = tail === undefined ? 0 : GROUPS - first.length - last.length;
  return [...first, ...Array<string>(Math.max(0, between)).fill('0'), ...last].slice(0, OF_NETWORK).join(':');
}
