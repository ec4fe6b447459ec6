import type { SessionTimes } from './sessions/browser-sessions';
import type { Issuer } from './tokens/issuer';

export interface AccessSettings {
  /** Identity providers whose tokens are taken. */
  issuers: readonly Issuer[];
  session: SessionTimes;
}

export const DEFAULT_ACCESS: AccessSettings = { issuers: [], session: { idleMinutes: 60, hours: 12 } };
