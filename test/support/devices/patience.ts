/** How many times longer than usual things take on this machine, as the set-up of the tests has measured before the first: at least 1. */
export const slowness = (): number => Number(process.env.TEST_SLOWNESS ?? 1);

/** How long to wait here for what usually takes much less than so many milliseconds: who is only slow has not failed. */
export const patience = (usualMs: number): number => usualMs * slowness();
