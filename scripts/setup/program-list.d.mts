import type { Wheel } from './wheel-download.mjs';

interface Pinned {
  sha256: string;
  directory: string;
}
interface Listed {
  versionPattern: RegExp;
  cachedAs: string[];
  outdatedAs: { beforeWheel: string[]; atLast: string[] };
  upstream: Record<string, Pinned & { url: string; version: string }>;
  wheel: Record<string, Wheel>;
}
export const PROGRAMS: { mongod: Listed & { flaw: { name: string; fixedIn: Record<string, number> } }; temporal: Listed };
