import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import { tcpOf } from '../../../../core/tcp-of';
import type { Attempts } from '../../../attempts';
import type { GatewayMetrics } from '../../../metrics';
import { MQTT_LIMITS } from '../../limits';
import { wantsPsk } from './client-hello';
import { ASK_FOR_CERTIFICATE, type ProvenPeer, provenCertificate } from './proven-peer';
import type { PskKeys } from './psk-keys';
import { createPskServer } from './psk-server';

interface SecureDeps {
  keys: PskKeys;
  attempts: Attempts;
  metrics: GatewayMetrics;
  accept: (connection: Duplex, proven: ProvenPeer, tcp?: Duplex) => void;
  /** Called with a TCP connection whose other end TLS has proven. */
  proven: (tcp: Socket) => void;
}

/**
 * A port for TLS of either kind, as the client's first message asks for it: with the server's certificate, TLS 1.2 and 1.3, where a client
 * may show one of its own; or with a pre-shared key, TLS 1.2.
 */
export function createSecureListener(
  { cert, key }: { cert: string | Buffer; key: string | Buffer },
  { keys, attempts, metrics, accept, proven }: SecureDeps,
): Server {
  const certified = createTlsServer(
    { ...ASK_FOR_CERTIFICATE, cert, key, noDelay: true, handshakeTimeout: MQTT_LIMITS.connectTimeoutMs },
    (socket) => accept(socket, { certificate: provenCertificate(socket), address: socket.remoteAddress }, tcpOf(socket)),
  );
  const shared = createPskServer({ keys, attempts, metrics, proven }, (socket, peer) => accept(socket, peer));

  return createServer({ noDelay: true }, (socket) => {
    afterHello(socket, (psk) => {
      if (psk) shared(socket);
      else certified.emit('connection', socket);
    });
  });
}

/** Looks at the first message and puts it back. Who does not say hello in time is sent away. */
function afterHello(socket: Socket, then: (psk: boolean) => void): void {
  const pieces: Buffer[] = [];
  const late = setTimeout(() => socket.destroy(), MQTT_LIMITS.connectTimeoutMs);

  function look(): void {
    for (let piece: Buffer | null = socket.read(); piece !== null; piece = socket.read()) pieces.push(piece);
    const bytes = Buffer.concat(pieces);
    const psk = bytes.length === 0 ? null : wantsPsk(bytes);
    if (psk === null) return;
    leave();
    socket.unshift(bytes);
    then(psk);
  }
  function end(): void {
    socket.destroy();
  }
  function leave(): void {
    clearTimeout(late);
    socket.off('readable', look).off('end', end).off('close', leave);
  }
  // For what fails before TLS has it, and after.
  socket.on('error', () => undefined);
  socket.on('readable', look).once('end', end).once('close', leave);
}
