/**
 * A child's presence is that of its gateway, unless it has a connection of its own. Its session's name says which: what carries it is
 * written together with it, and so cannot be forgotten.
 */
const PREFIX = 'via ';

/** Of the sessions that children have by their gateways. */
export const THROUGH_GATEWAY = /^via /;

export const throughGateway = (sessionId: string): string => PREFIX + sessionId;
export const isThroughGateway = (sessionId: string | null): boolean => sessionId?.startsWith(PREFIX) ?? false;
