import { endpointViolation } from '../names';
import { readBinding } from './binding';
import { readLifetime } from './lifetime';
import type { Refused } from './refusals';

/** The versions of LwM2M that are spoken here. */
export const LWM2M_VERSIONS = ['1.0', '1.1', '1.2'] as const;
export type Lwm2mVersion = (typeof LWM2M_VERSIONS)[number];

/** What a Register says in its query (LwM2M 1.1 core, 6.2.1). */
export interface RegisterParameters {
  /** Null: not said. */
  endpoint: string | null;
  version: Lwm2mVersion;
  lifetimeSeconds: number;
  binding: string;
  queueMode: boolean;
}

/** What an Update changes; absent: nothing (LwM2M 1.1 core, 6.2.2). */
export interface UpdateParameters {
  lifetimeSeconds?: number;
  binding?: string;
  /** `Q` was in the query. */
  queueMode?: true;
}

/** Each part of the query of `POST /rd`, e.g. `ep=meter-1`. What is not of LwM2M, and a number for SMS, is passed over. */
export function readRegister(queries: readonly string[]): RegisterParameters | Refused {
  const named = parametersOf(queries);
  if (named === null) return { refused: 'malformed' };
  const { ep, lwm2m = '1.0' } = named;
  if (ep !== undefined && endpointViolation(ep, 'ep') !== null) return { refused: ep === '' ? 'no_endpoint' : 'malformed' };
  const version = LWM2M_VERSIONS.find((each) => each === lwm2m);
  if (version === undefined) return { refused: 'wrong_version' };
  const lifetimeSeconds = readLifetime(named.lt);
  const binding = readBinding(named.b, 'Q' in named);
  if (lifetimeSeconds === null || binding === null) return { refused: 'malformed' };
  return { endpoint: ep ?? null, version, lifetimeSeconds, ...binding };
}

/** Each part of the query of `POST /rd/{x}`. */
export function readUpdate(queries: readonly string[]): UpdateParameters | Refused {
  const named = parametersOf(queries);
  if (named === null) return { refused: 'malformed' };
  const lifetimeSeconds = readLifetime(named.lt);
  const binding = readBinding(named.b);
  if (lifetimeSeconds === null || binding === null) return { refused: 'malformed' };
  return {
    ...(named.lt !== undefined && { lifetimeSeconds }),
    ...(named.b !== undefined && { binding: binding.binding }),
    ...('Q' in named && { queueMode: true }),
  };
}

type Named = Partial<Record<'ep' | 'lt' | 'lwm2m' | 'b' | 'Q', string>>;

/** Null: one of them is there twice, and nobody knows which is meant. */
function parametersOf(queries: readonly string[]): Named | null {
  const named: Named = {};
  for (const query of queries) {
    const [, name, value = ''] = /^(ep|lt|lwm2m|b|Q)(?:=(.*))?$/su.exec(query) ?? [];
    if (name === undefined) continue;
    if (name in named) return null;
    named[name as keyof Named] = value;
  }
  return named;
}
