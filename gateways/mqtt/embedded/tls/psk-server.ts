import { constants, randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import type { DeviceId } from '../../../../schema/model/ids';
import type { AttemptEnd, Attempts } from '../../../attempts';
import { ANSWER_WITHIN_MS } from '../../../in-time';
import type { GatewayMetrics } from '../../../metrics';
import { MQTT_LIMITS } from '../../limits';
import { HeldStream } from './held-stream';
import type { ProvenPeer } from './proven-peer';
import type { PskKey, PskKeys } from './psk-keys';

/** What devices' TLS libraries have, the ones with forward secrecy first; LinkSDK for C offers AES-128-CBC with SHA-1 and nothing else. */
const CIPHERS = [
  'ECDHE-PSK-CHACHA20-POLY1305',
  'ECDHE-PSK-AES128-CBC-SHA256',
  'ECDHE-PSK-AES256-CBC-SHA384',
  'PSK-AES128-GCM-SHA256',
  'PSK-AES256-GCM-SHA384',
  'PSK-CHACHA20-POLY1305',
  'PSK-AES128-CBC-SHA256',
  'PSK-AES256-CBC-SHA384',
  'PSK-AES128-CBC-SHA',
  'PSK-AES256-CBC-SHA',
].join(':');

const HANDSHAKE_MS = MQTT_LIMITS.connectTimeoutMs + ANSWER_WITHIN_MS;
const KEY_BYTES = 64;

interface PskDeps {
  keys: PskKeys;
  attempts: Attempts;
  metrics: GatewayMetrics;
  proven: (tcp: Socket) => void;
}

interface Asked {
  found: PskKey | null;
  /** Where the last of them comes from. */
  address: string | undefined;
  /** Handshakes that want it now. */
  handshakes: number;
}

/**
 * TLS 1.2 with a pre-shared key. The TLS library wants the key at once when it comes to the identity, and it has to be looked up: so the
 * bytes wait below it until the key is there. Identities that name nobody get a key that nobody has, and fail as wrong keys do.
 */
export function createPskServer(
  { keys, attempts, metrics, proven }: PskDeps,
  accept: (socket: TLSSocket, peer: ProvenPeer) => void,
): (socket: Socket) => void {
  const asked = new Map<string, Asked>();
  const named = new WeakMap<TLSSocket, { deviceId?: DeviceId; address?: string }>();
  const server = createServer({
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.2',
    ciphers: CIPHERS,
    honorCipherOrder: true,
    // A session that goes on names nobody.
    secureOptions: constants.SSL_OP_NO_TICKET,
    handshakeTimeout: HANDSHAKE_MS,
    pskCallback(socket, identity) {
      const { found = null, address } = asked.get(identity) ?? {};
      named.set(socket as TLSSocket, { deviceId: found?.deviceId, address });
      return found?.key ?? randomBytes(KEY_BYTES);
    },
  });
  server.on('tlsClientError', (_error, socket) => {
    if (named.has(socket)) metrics.connects.bad_credentials.inc();
  });
  server.on('secureConnection', (socket) => {
    const { deviceId, address } = named.get(socket) ?? {};
    if (deviceId) accept(socket, { deviceId, address });
    else socket.destroy();
  });

  /** The keys of those that shake hands, and of nobody else, are in memory. */
  function forget(identity: string): void {
    const entry = asked.get(identity);
    if (entry === undefined) return;
    entry.handshakes -= 1;
    if (entry.handshakes === 0) asked.delete(identity);
  }

  return (socket) => {
    let end = (_how: AttemptEnd): void => clearTimeout(late);
    const stream = new HeldStream(socket, {
      async onIdentity(bytes) {
        const identity = bytes.toString('utf8');
        const attempt = attempts.begin(identity, socket.remoteAddress);
        if (typeof attempt === 'string') {
          metrics.connects[attempt].inc();
          throw new Error('Too many wrong keys');
        }
        const found = await keys(identity, () => !stream.destroyed).catch((error: unknown) => {
          attempt.end('unknown');
          throw error;
        });
        if (stream.destroyed) return attempt.end('unknown');
        asked.set(identity, { found, address: socket.remoteAddress, handshakes: (asked.get(identity)?.handshakes ?? 0) + 1 });
        end = (how) => {
          clearTimeout(late);
          forget(identity);
          attempt.end(how);
          end = () => undefined;
        };
      },
      onSecured() {
        end('right');
        proven(socket);
      },
    });
    const late = setTimeout(() => stream.destroy(), HANDSHAKE_MS);
    stream.on('error', () => undefined);
    stream.once('close', () => end('wrong'));
    server.emit('connection', stream);
  };
}
