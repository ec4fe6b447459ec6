import { Counter, type Registry } from 'prom-client';

/** What became of a request for a block. `wrong`: it was none that can be answered. `failed`: the store could not be asked or read. */
export const BLOCK_RESULTS = ['block', 'wrong', 'unknown', 'refused', 'beyond', 'limit', 'too_fast', 'busy', 'failed'] as const;

export interface BlockMetrics {
  requests: Record<(typeof BLOCK_RESULTS)[number], { inc(): void }>;
  bytes: { inc(bytes: number): void };
}

export function createBlockMetrics(registry: Registry): BlockMetrics {
  const registers = [registry];
  const counter = new Counter({
    ...{ name: 'updraft_coap_block_requests_total', registers, labelNames: ['result'] },
    help: 'Requests for blocks of package files over CoAP, by what became of them',
  });
  return {
    requests: Object.fromEntries(BLOCK_RESULTS.map((result) => [result, counter.labels(result)])) as BlockMetrics['requests'],
    bytes: new Counter({ name: 'updraft_coap_block_bytes_total', help: 'Bytes of package files in answers over CoAP', registers }),
  };
}
