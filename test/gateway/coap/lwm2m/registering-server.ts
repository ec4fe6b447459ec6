import { EventEmitter, once } from 'node:events';
import { createDtlsServer } from '../../../../gateways/coap/dtls/server';
import { createFront } from '../../../../gateways/coap/front/front';
import type { Peer } from '../../../../gateways/coap/front/peer';
import { openUdp } from '../../../../gateways/coap/front/udp';
import { createDeviceRequests } from '../../../../gateways/coap/lwm2m/requests/device-requests';
import { createObservations, type Notification } from '../../../../gateways/coap/lwm2m/requests/observations';
import { CODE } from '../../../../gateways/coap/message/codes';
import { OPTION, pathOf, queriesOf, textOptions } from '../../../../gateways/coap/message/options';
import { createCountedMetrics } from '../front-support';

const HOST = '127.0.0.1';

/** Requests to one device that has registered over real sockets, plain or with DTLS; of the platform nothing else is there. */
export async function startRegisteringServer(keys: Record<string, Buffer> = {}) {
  const happened = new EventEmitter();
  const notifications: Notification[] = [];
  const state = { registrations: 0, updates: 0, handshakes: 0, version: '1.1', root: '', peer: null as Peer | null };
  const onError = (error: unknown): void => void happened.emit('error', error);

  const front = createFront({
    metrics: createCountedMetrics(),
    onRequest(peer, request, respond) {
      state.peer = peer;
      const [first, registration] = pathOf(request);
      if (first !== 'rd') return respond({ code: CODE.notFound });
      if (registration === undefined) {
        state.registrations += 1;
        state.version =
          queriesOf(request)
            .find((query) => query.startsWith('lwm2m='))
            ?.slice(6) ?? '1.0';
        state.root = /^<(\/[^>]+)>;rt="oma\.lwm2m"/.exec(request.payload.toString('utf8'))?.[1] ?? '';
        respond({ code: CODE.created, options: textOptions(OPTION.locationPath, ['rd', `r${state.registrations}`]) });
      } else {
        state.updates += 1;
        respond({ code: request.code === CODE.delete ? CODE.deleted : CODE.changed });
      }
      happened.emit('something');
    },
    onNotification: (peer, message) => observations.onNotification(peer, message),
    onError,
  });
  const registrationId = (): string => `r${state.registrations}`;
  const observations = createObservations({
    secret: Buffer.alloc(32, 7),
    registrationOf: async () => ({ deviceId: 'd1', registrationId: registrationId() }),
    async onResources(notification) {
      notifications.push(notification);
      happened.emit('something');
    },
    dropped: () => undefined,
  });
  const requests = createDeviceRequests({
    request: front.request,
    observations,
    async reach() {
      const { peer, version, root } = state;
      if (peer === null) return 'gone';
      return { registrationId: registrationId(), peer, version, queueMode: false, root, ackTimeoutMs: 2_000 };
    },
    unanswered: async () => undefined,
    answered: () => undefined,
  });

  const plain = await openUdp({ addresses: [HOST], port: 0, receive: (peer, message) => front.receive(peer, message), onError });
  const dtls = await createDtlsServer({
    keyOf: async (identity) => keys[identity] ?? null,
    send: (datagram, port, address) => secure.peerAt({ address, port })?.send(datagram),
    onSession() {
      state.handshakes += 1;
    },
    onMessage(session, message) {
      const { id, identity } = session;
      const peer: Peer = {
        ...{ key: `dtls ${id}`, identity, address: session.address, port: session.port },
        send: (datagram) => void session.send(datagram),
      };
      front.receive(peer, message);
    },
    onError,
  });
  const secure = await openUdp({
    ...{ addresses: [HOST], port: 0, onError },
    receive: ({ address, port }, datagram) => dtls.receive(datagram, { address, port }),
  });

  return {
    ...{ state, requests, notifications },
    port: plain.bound[0]?.port ?? 0,
    securePort: secure.bound[0]?.port ?? 0,
    async until(condition: () => boolean): Promise<void> {
      while (!condition()) await once(happened, 'something');
    },
    async close(): Promise<void> {
      requests.stop();
      await front.close();
      dtls.close();
      await Promise.all([plain.close(), secure.close()]);
    },
  };
}
