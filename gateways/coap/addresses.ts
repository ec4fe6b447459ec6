import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

/** The addresses that sockets are bound to for a host: `::` means all of IPv4 as well, as it does for TCP. */
export async function addressesOf(host: string): Promise<string[]> {
  if (host === '::') return ['0.0.0.0', '::'];
  if (isIP(host) !== 0) return [host];
  const found = await lookup(host, { all: true });
  return [...new Set(found.map(({ address }) => address))];
}

/** For a URL. */
export const inUrl = (address: string): string => (address.includes(':') ? `[${address}]` : address);
