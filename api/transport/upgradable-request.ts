import { IncomingMessage } from 'node:http';

/** What Node's parser says, before anybody has the request. */
const said = new WeakSet<IncomingMessage>();

/**
 * Node takes every request that offers another protocol away from HTTP, as soon as a server accepts WebSockets. Here an offer of anything else
 * is passed over, and its request answered as if the offer were not there (RFC 9110 §7.8): Java's own HTTP client offers HTTP/2 (h2c) to every
 * server without TLS, and sends bodies with it.
 */
export class UpgradableRequest extends IncomingMessage {
  get upgrade(): boolean {
    return said.has(this) && (this.method === 'CONNECT' || /^websocket$/i.test(this.headers.upgrade ?? ''));
  }

  set upgrade(isOffered: boolean | null) {
    if (isOffered) said.add(this);
  }
}
