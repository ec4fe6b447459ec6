import type { Viewer } from '../../core/access/viewer';
import { createCalls } from '../../core/calls/calls';
import { type Clock, systemClock } from '../../core/clock';
import { deviceSealing } from '../../core/device-secrets/secrets';
import { createSecureUpdates } from '../../core/products/secure-update';
import { createVersionCounts } from '../../core/products/version-counts';
import { createSealing } from '../../core/sealing';
import type { CoreSettings } from '../../core/settings';
import { DEFAULT_CELLS } from '../../schema/model/cell/gate';
import { DEFAULT_LIMITS, type Limits } from '../../schema/model/limits';
import { DEFAULT_WAITS } from '../../schema/model/task/waits';
import type { Store } from '../../schema/mongo/connect';

export const viewerOf = (role: Viewer['role']): Viewer => ({
  actorId: `key-${role}`,
  kind: 'KEY',
  name: role.toLowerCase(),
  products: null,
  role,
});
export const operator = viewerOf('OPERATOR');
export const administrator = viewerOf('ADMINISTRATOR');
export const spectator = viewerOf('VIEWER');

export const settingsWith = (limits: Partial<Limits> = {}): CoreSettings => ({
  limits: { ...DEFAULT_LIMITS, ...limits },
  publicBaseUrl: 'http://127.0.0.1:8080',
  minuteMs: 60_000,
  reofferMinutes: 10,
  settleMs: 0,
  waits: DEFAULT_WAITS,
  cells: DEFAULT_CELLS,
  groupRulesAgeMs: 0,
});

/** A clock that is moved by hand. */
export function handClock(start = systemClock()): Clock & { advance(ms: number): void } {
  let at = start.getTime();
  return Object.assign(() => new Date(at), {
    advance: (ms: number) => {
      at += ms;
    },
  });
}

/** The codes and fields of a refusal, whichever way it comes. */
export async function refusal(work: Promise<unknown>): Promise<{ code: string; field?: string }[]> {
  try {
    await work;
  } catch (error) {
    const errors = error instanceof Error && 'errors' in error ? (error.errors as object[]) : [error as object];
    return errors.map((each) => {
      const { code, field } = each as { code: string; field?: string };
      return field === undefined ? { code } : { code, field };
    });
  }
  throw new Error('Expected a refusal, and there was none.');
}

/** What encrypts secrets in tests. */
export const MASTER_KEY = Buffer.alloc(32, 7);

/** Of the secrets of devices in tests. */
export const SEALING = deviceSealing([MASTER_KEY]);

export const callsOf = (store: Store, clock: Clock) => createCalls({ collections: store.collections, sealing: SEALING, clock });

export const productParts = (store: Store, clock: Clock) => ({
  connection: store.connection,
  calls: callsOf(store, clock),
  sealing: SEALING,
  secureUpdates: createSecureUpdates({ collections: store.collections, sealing: createSealing([MASTER_KEY]), clock }),
  versionCounts: createVersionCounts(store),
  onKeysChanged: () => undefined,
});
