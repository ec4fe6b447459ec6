import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { useStore } from '../store';
import { session, type Viewer } from './session';

export type Role = Viewer['role'];

/** Each may what those before it may. Apps and issuers are not on this ladder. */
const LADDER: readonly Role[] = ['VIEWER', 'OPERATOR', 'ADMINISTRATOR'];

export const ROLE_NAMES: Record<Role, MessageDescriptor> = {
  VIEWER: msg`viewer`,
  OPERATOR: msg`operator`,
  ADMINISTRATOR: msg`administrator`,
  APP: msg`app`,
  ISSUER: msg`issuer`,
};

export const isAtLeast = (role: Role, needed: Role): boolean => LADDER.indexOf(role) >= LADDER.indexOf(needed) && LADDER.includes(role);

export function useViewer(): Viewer | null {
  const state = useStore(session);
  return 'viewer' in state ? state.viewer : null;
}

export function useMay(needed: Role): boolean {
  const viewer = useViewer();
  return viewer !== null && isAtLeast(viewer.role, needed);
}
