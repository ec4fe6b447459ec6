import { Counter, Gauge, type Registry } from 'prom-client';

/** Of gateways that are clients of a broker. */
export interface BrokerMetrics {
  connected: { set(value: 0 | 1): void };
  connects: { inc(labels: { result: 'connected' | 'failed' | 'lost' }): void };
}

export function createBrokerMetrics(registry: Registry): BrokerMetrics {
  const registers = [registry];
  return {
    connected: new Gauge({ name: 'updraft_gateway_broker_connected', help: '1 while the broker of the devices can be used', registers }),
    connects: new Counter({
      name: 'updraft_gateway_broker_connects_total',
      help: 'Tries to connect to the broker of the devices, and connections to it that ended, by result',
      labelNames: ['result'],
      registers,
    }),
  };
}
