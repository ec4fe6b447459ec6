import { Counter, Gauge, type Registry } from 'prom-client';
import type { RegistrationCounts } from '../../core/registrations/contract';
import { REGISTRATION_REFUSALS, type RegistrationRefusal } from '../../schema/model/registration/refusals';
import { type BlockMetrics, createBlockMetrics } from './blocks/metrics';
import { ANSWER_CLASSES, FRONT_DROPS, type FrontMetrics, REQUEST_METHODS, REQUEST_RESULTS, type Tally } from './front/metrics';
import { NOTIFICATION_DROPS, type NotificationDrop } from './lwm2m/requests/observations';
import { createUpgradeMetrics, type UpgradeMetrics } from './upgrades/metrics';

const REGISTRATION_RESULTS = ['registered', 'updated', 'deregistered'] as const;
const REFUSALS = Object.keys(REGISTRATION_REFUSALS) as RegistrationRefusal[];
const TURNED_AWAY = ['too_often', 'overloaded', 'unavailable'] as const;

/** What devices do over CoAP, and what becomes of it: refusals are told to the device, and counted here by reason. */
export interface CoapMetrics extends FrontMetrics {
  registrations: Tally<(typeof REGISTRATION_RESULTS)[number]>;
  /** Registers, Updates and De-registers that were refused. */
  refusals: Tally<RegistrationRefusal>;
  notificationsDropped: Tally<NotificationDrop>;
  /** Requests that were told to come again. */
  turnedAway: Tally<(typeof TURNED_AWAY)[number]>;
  blocks: BlockMetrics;
  upgrades: UpgradeMetrics;
  /** What DTLS counts, each by its name. */
  dtls(event: string): void;
  /** Sessions, handshakes that are not over, and memory of DTLS, read when the metrics are. */
  watchDtls(state: () => { sessions: number; halfOpen: number; memoryBytes: number }): void;
  /** How many devices are registered at this gateway, read when the metrics are. */
  watchRegistrations(counts: () => Promise<RegistrationCounts | null>): void;
}

export function createCoapMetrics(registry: Registry): CoapMetrics {
  const registers = [registry];
  const counter = (name: string, help: string) => new Counter({ name: `updraft_coap_${name}`, help, registers });

  /** Label lookups are done once: this runs for every message. */
  function tally<T extends string>(name: string, help: string, label: string, values: readonly T[]): Tally<T> {
    const labelled = new Counter({ name: `updraft_coap_${name}`, help, registers, labelNames: [label] });
    return Object.fromEntries(values.map((value) => [value, labelled.labels(value)])) as Tally<T>;
  }

  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      ...{ name: `updraft_coap_${name}`, help, registers },
      collect() {
        this.set(value());
      },
    });

  const dtls = new Counter({
    name: 'updraft_coap_dtls_total',
    help: 'What happened to DTLS handshakes and sessions',
    registers,
    labelNames: ['event'],
  });
  return {
    received: counter('received_total', 'Datagrams that arrived, after DTLS where there is DTLS'),
    dropped: tally('dropped_total', 'Messages that were not taken as they came, by reason', 'reason', FRONT_DROPS),
    requests: tally('requests_total', 'Requests of devices by method', 'method', REQUEST_METHODS),
    answers: tally('answers_total', 'Answers to devices by class', 'class', ANSWER_CLASSES),
    separate: counter('separate_answers_total', 'Answers that came separately, after an acknowledgement'),
    notifications: counter('notifications_total', 'Notifications of observed resources'),
    pings: counter('pings_total', 'Pings of devices'),
    forgotten: counter('forgotten_total', 'Messages forgotten before their time, for want of room'),
    requestsOut: tally('requests_out_total', 'Requests to devices by what became of them', 'result', REQUEST_RESULTS),
    retransmissions: counter('retransmissions_total', 'Confirmable messages that were sent again'),
    registrations: tally(
      'registrations_total',
      'Registrations that were made, updated and ended by their devices',
      'result',
      REGISTRATION_RESULTS,
    ),
    refusals: tally('registrations_refused_total', 'Registrations that were refused, by reason', 'reason', REFUSALS),
    notificationsDropped: tally(
      'notifications_dropped_total',
      'Notifications that were not taken, by reason',
      'reason',
      NOTIFICATION_DROPS,
    ),
    turnedAway: tally('turned_away_total', 'Requests of devices that were told to come again, by reason', 'reason', TURNED_AWAY),
    blocks: createBlockMetrics(registry),
    upgrades: createUpgradeMetrics(registry),
    dtls: (event) => dtls.inc({ event }),
    watchDtls(state) {
      gauge('dtls_sessions', 'DTLS sessions now', () => state().sessions);
      gauge('dtls_handshakes', 'DTLS handshakes that are not over', () => state().halfOpen);
      gauge('dtls_memory_bytes', 'Memory of the DTLS module', () => state().memoryBytes);
    },
    watchRegistrations(counts) {
      new Gauge({
        ...{ name: 'updraft_coap_devices', help: 'Devices that are registered at this gateway, and those that listen now', registers },
        labelNames: ['state'],
        async collect() {
          // A store that is away must not make the other metrics fail: what was counted last stays.
          const now = await counts().catch(() => null);
          if (now === null) return;
          this.set({ state: 'registered' }, now.registered);
          this.set({ state: 'online' }, now.online);
        },
      });
    },
  };
}
