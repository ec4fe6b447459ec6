import { type Admit, createAdmission } from '../admission';
import { ANSWER_WITHIN_MS } from '../in-time';
import type { Peer } from './front/peer';
import type { CoapQuotas } from './quotas';
import { type CoapRateLimits, createCoapRateLimits } from './rate-limits';

/** How much may come, and how much of it is worked at together: what is over that is turned away. */
export interface Bounds extends CoapRateLimits {
  admit: Admit;
}

/** Anybody can send in the name of any address, so strangers fill bounds of their own: nobody without a key keeps out a device that has one. */
export function createBounds(quotas: CoapQuotas): (peer: Pick<Peer, 'identity'>) => Bounds {
  const bounds = (): Bounds => ({
    ...createCoapRateLimits(quotas),
    admit: createAdmission({ concurrent: quotas.requests, waiting: quotas.requestsWaiting, waitMs: ANSWER_WITHIN_MS }),
  });
  const strangers = bounds();
  const proven = bounds();
  return ({ identity }) => (identity === null ? strangers : proven);
}
