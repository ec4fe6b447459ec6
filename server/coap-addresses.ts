import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { addressesOf } from '../gateways/coap/addresses';
import type { Config } from './config';

export interface CoapPorts {
  /** Null: not open. */
  coapPort: number | null;
  coapsPort: number | null;
}

type CoapConfig = Pick<Config, 'roles' | 'host' | 'coapPort' | 'coapsPort'>;

/** With free ones in place of 0 where this process opens them: download addresses name them. */
export async function coapPortsOf({ roles, host, coapPort, coapsPort }: CoapConfig): Promise<CoapPorts> {
  const opens = roles.includes('gateway');
  const chosen = async (port: number | null) => (port === 0 ? (opens ? freeUdpPort(host) : null) : port);
  return { coapPort: await chosen(coapPort), coapsPort: await chosen(coapsPort) };
}

/** What download addresses over CoAP begin with. */
export function coapBaseUrlsOf(
  { coapPort, coapsPort }: CoapPorts,
  { coapPublicHost, publicBaseUrl }: { coapPublicHost?: string; publicBaseUrl: string },
): { coap?: string; coaps?: string } {
  const host = coapPublicHost ?? new URL(publicBaseUrl).hostname;
  return {
    ...(coapPort !== null && { coap: `coap://${host}:${coapPort}` }),
    ...(coapsPort !== null && { coaps: `coaps://${host}:${coapsPort}` }),
  };
}

/** Of the first address of the host. */
export async function freeUdpPort(host: string): Promise<number> {
  const [address = host] = await addressesOf(host);
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.bind({ address, port: 0 });
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}
