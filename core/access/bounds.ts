/** With the time between two looks at what is held (`holds.ts`), certain within 10 s in every process. */
export const KNOWN_MS = 4_000;
/** Keys, people and browser sessions that are known at a time, of each. */
export const KNOWN_MOST = 10_000;
/** The last use of a key or a browser session, and when a person was last seen, are written so often at most. */
export const USE_NOTED_EVERY_MS = 60_000;
