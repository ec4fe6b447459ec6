import { Counter, Gauge, Registry } from 'prom-client';

const CONNECT_RESULTS = [
  'accepted',
  'unreadable',
  'bad_credentials',
  'wrong_dialect',
  'bridge',
  'disabled',
  'unavailable',
  'overloaded',
  'too_many',
  'gave_way',
  'device_too_often',
  'address_too_often',
  'device_wrong_passwords',
  'address_wrong_passwords',
] as const;
const DROP_REASONS = [
  'foreign_topic',
  'unknown_topic',
  'unknown_event',
  'malformed',
  'too_large',
  'queue_full',
  'too_fast',
  'too_many_requests',
  'no_session',
  'unknown_device',
  'stopping',
] as const;
const CLOSE_REASONS = ['takeover', 'not_allowed', 'slow_consumer', 'keep_alive'] as const;
const LOST_KINDS = ['report', 'request', 'presence'] as const;
const DELIVERY_RESULTS = ['delivered', 'disconnected', 'congested'] as const;

export type CloseReason = (typeof CLOSE_REASONS)[number];
export type DropReason = (typeof DROP_REASONS)[number];
export type ConnectResult = (typeof CONNECT_RESULTS)[number];
export type LostKind = (typeof LOST_KINDS)[number];
export type DeliveryResult = (typeof DELIVERY_RESULTS)[number];

type Tally<T extends string> = Record<T, { inc(): void }>;

/** Everything a gateway refuses, drops or loses is counted here by reason: the logs only sample it. */
export interface GatewayMetrics {
  readonly registry: Registry;
  connects: Tally<ConnectResult>;
  dropped: Tally<DropReason>;
  lost: Tally<LostKind>;
  deliveries: Tally<DeliveryResult>;
  closed: Tally<CloseReason>;
  /** Reports that can be read and are about no task that awaits them. */
  ignoredReports: { inc(): void };
  subscriptionsRefused: { inc(): void };
  received: { inc(): void };
  retried: { inc(): void };
  sessions: { inc(): void; dec(): void };
}

export function createGatewayMetrics(registry: Registry = new Registry()): GatewayMetrics {
  const registers = [registry];
  const counter = (name: string, help: string) => new Counter({ name: `updraft_gateway_${name}`, help, registers });

  /** Label lookups are done once: this runs for every message. */
  function tally<T extends string>(name: string, help: string, label: string, values: readonly T[]): Tally<T> {
    const labelled = new Counter({ name: `updraft_gateway_${name}`, help, registers, labelNames: [label] });
    return Object.fromEntries(values.map((value) => [value, labelled.labels(value)])) as Tally<T>;
  }

  return {
    registry,
    connects: tally('connects_total', 'Connection attempts by result', 'result', CONNECT_RESULTS),
    dropped: tally('dropped_total', 'Messages of devices that were not taken, by reason', 'reason', DROP_REASONS),
    lost: tally('lost_total', 'Work for core given up after its retries', 'kind', LOST_KINDS),
    deliveries: tally('deliveries_total', 'Messages for devices by result', 'result', DELIVERY_RESULTS),
    closed: tally('closed_total', 'Sessions that the gateway ended, by reason', 'reason', CLOSE_REASONS),
    ignoredReports: counter('ignored_reports_total', 'Progress and failures reported for no task that awaits them'),
    subscriptionsRefused: counter('subscriptions_refused_total', 'Filters of devices that were refused'),
    received: counter('received_total', 'Messages of devices that arrived'),
    retried: counter('retried_total', 'Calls to core that failed and were tried again'),
    sessions: new Gauge({ name: 'updraft_gateway_sessions', help: 'Sessions of devices now', registers }),
  };
}
