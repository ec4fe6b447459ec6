import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

/** The addresses that sockets are bound to for a host, as for TCP: the first one of a name, and `::` means all of IPv4 as well. */
export async function addressesOf(host: string): Promise<string[]> {
  if (host === '::') return ['0.0.0.0', '::'];
  if (isIP(host) !== 0) return [host];
  return [(await lookup(host)).address];
}

/** For a URL. */
export const inUrl = (address: string): string => (address.includes(':') ? `[${address}]` : address);
