import type { DatagramLine, OnMessage } from './datagram-line';
import { DtlsLine, type Security } from './dtls-line';
import { UdpLine } from './udp-line';

/** The line to where a URL points, `coap://` or `coaps://`; nothing is sent before it is opened. */
export function lineTo(url: string, security: Security | null, onMessage: OnMessage): DatagramLine {
  const { hostname, port, protocol } = new URL(url);
  const secure = protocol === 'coaps:';
  const server = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (secure ? 5684 : 5683)) };
  if (!secure) return new UdpLine(server, onMessage);
  if (!security) throw new Error(`${url}, and no key`);
  return new DtlsLine(server, security, onMessage);
}
