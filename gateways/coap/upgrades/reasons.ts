import type { LookReason } from '../../../core/reports/lwm2m/contract';

const STRENGTH: Record<LookReason, number> = { HEARD: 0, DUE: 1, PUSHED: 2, REGISTERED: 3 };

/** Of two reasons to begin, the one that stands for both: who asks for the other's reason gets all that it would have had. */
export const strongest = (one: LookReason | null, other: LookReason): LookReason =>
  one !== null && STRENGTH[one] >= STRENGTH[other] ? one : other;
