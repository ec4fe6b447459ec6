import { createFront, type Front } from '../../../../gateways/coap/front/front';
import type { Peer } from '../../../../gateways/coap/front/peer';
import { createDeviceRequests, type DeviceRequests } from '../../../../gateways/coap/lwm2m/requests/device-requests';
import { createObservations, type Notification, type NotificationDrop } from '../../../../gateways/coap/lwm2m/requests/observations';
import type { Reachable } from '../../../../gateways/coap/lwm2m/requests/reach';
import type { CoapMessage, CoapOption } from '../../../../gateways/coap/message/message';
import { OPTION, pathOf, queriesOf, uintOf, uintOption } from '../../../../gateways/coap/message/options';
import { parseMessage } from '../../../../gateways/coap/message/parse';
import { writeMessage } from '../../../../gateways/coap/message/write';
import { createCountedMetrics, createTestClock } from '../front-support';

export interface Answer {
  code: number;
  contentFormat?: number;
  observe?: number;
  options?: CoapOption[];
  payload?: Buffer | string;
}
/** What a device makes of a request; null: silence, `reset`: a reset. */
export type Script = (request: CoapMessage) => Answer | null | 'reset';

export const content = (contentFormat: number, payload: Buffer | string, rest: Partial<Answer> = {}): Answer => ({
  code: 0x45,
  contentFormat,
  payload,
  ...rest,
});

/** As in `GET /5/0 accept=112`. */
export function requestText(request: CoapMessage): string {
  const method = ['', 'GET', 'POST', 'PUT'][request.code];
  const query = queriesOf(request).join('&');
  const observe = uintOf(request, OPTION.observe);
  const accept = uintOf(request, OPTION.accept);
  const format = uintOf(request, OPTION.contentFormat);
  const payload = request.payload.toString();
  return [
    `${method} /${pathOf(request).join('/')}${query && `?${query}`}`,
    ...(observe === undefined ? [] : [`observe=${observe}`]),
    ...(accept === undefined ? [] : [`accept=${accept}`]),
    ...(format === undefined ? [] : [`format=${format} ${JSON.stringify(payload)}`]),
  ].join(' ');
}

/** One device behind a real front, on a clock of the test. */
export function createScriptedDevice(script: Script, settings: Partial<Reachable> = {}) {
  const clock = createTestClock();
  const metrics = createCountedMetrics();
  const asked: string[] = [];
  const datagrams: Buffer[] = [];
  const resets: number[] = [];
  const notifications: Notification[] = [];
  const drops: NotificationDrop[] = [];
  const state = {
    script,
    awake: true,
    registered: true,
    unanswered: 0,
    refuseNotifications: false,
    identity: null as string | null,
    address: 1,
    registrationId: 'r1',
  };

  const peerAt = (address: number): Peer => ({
    ...{ key: `udp ${address}`, address: '192.0.2.1', port: address, identity: state.identity },
    send(datagram) {
      const parsed = parseMessage(datagram);
      if ('malformed' in parsed) throw new Error(parsed.malformed);
      const { message } = parsed;
      if (message.type === 'RST') resets.push(message.messageId);
      if (message.code === 0 || address !== state.address) return;
      asked.push(requestText(message));
      datagrams.push(Buffer.from(datagram));
      const answer = state.script(message);
      if (answer !== null) setImmediate(() => front.receive(peerAt(address), writeMessage(answerTo(message, answer))));
    },
  });
  const front: Front = createFront({
    ...{ metrics, clock, random: () => 0, limits: { duplicates: 1_000, peers: 10 } },
    onRequest: () => {},
    onNotification: (peer, message) => observations.onNotification(peer, message),
    onError: () => {},
  });
  const observations = createObservations({
    ...{ secret: Buffer.alloc(32, 7), mostObservations: 10, clock },
    registrationOf: async () => (state.registered ? { deviceId: 'd1', registrationId: state.registrationId } : null),
    async onResources(notification) {
      if (state.refuseNotifications) throw new Error('The store is away');
      notifications.push(notification);
    },
    dropped: (reason) => void drops.push(reason),
  });
  const requests: DeviceRequests = createDeviceRequests({
    ...{ request: front.request, observations, mostRegistrations: 10, clock },
    async reach() {
      if (!state.registered) return 'gone';
      if (!state.awake) return 'asleep';
      const { address, registrationId } = state;
      return { version: '1.1', queueMode: false, root: '', ackTimeoutMs: 2_000, ...settings, peer: peerAt(address), registrationId };
    },
    async unanswered() {
      state.unanswered += 1;
      state.awake = false;
    },
    answered: () => undefined,
  });

  let messageId = 0x7000;
  return {
    ...{ asked, clock, datagrams, drops, metrics, notifications, observations, requests, resets, state },
    /** Any other message of the device, such as an answer that comes on its own. */
    deliver(message: Pick<CoapMessage, 'type' | 'token'> & { messageId?: number } & Answer): void {
      messageId += 1;
      front.receive(peerAt(state.address), writeMessage({ messageId, ...message, ...messageOf(message) }));
    },
    /** A notification; returns once it was dealt with. */
    async notify(number: number, answer: Answer, { token, type = 'NON' }: { token: Buffer; type?: 'CON' | 'NON' }): Promise<void> {
      messageId += 1;
      front.receive(peerAt(state.address), writeMessage({ ...messageOf({ ...answer, observe: number }), type, messageId, token }));
      await new Promise((resolve) => setImmediate(resolve));
    },
    /** Until everything that can go on without time passing has gone on. */
    async settled(): Promise<void> {
      for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

function messageOf({ code, contentFormat, observe, options = [], payload = Buffer.alloc(0) }: Answer) {
  const own = [
    ...(observe === undefined ? [] : [uintOption(OPTION.observe, observe)]),
    ...(contentFormat === undefined ? [] : [uintOption(OPTION.contentFormat, contentFormat)]),
  ];
  return { code, options: [...own, ...options], payload: Buffer.from(payload) };
}

function answerTo({ messageId, token }: CoapMessage, answer: Answer | 'reset'): CoapMessage {
  if (answer === 'reset') return { type: 'RST', code: 0, messageId, token: Buffer.alloc(0), options: [], payload: Buffer.alloc(0) };
  return { ...messageOf(answer), type: 'ACK', messageId, token };
}
