/**
 * A child's presence is that of its parent, unless it has a connection of its own. Its session's name says which: what carries it is
 * written together with it, and so cannot be forgotten.
 */
const PREFIX = 'via ';

/** Of the sessions that children have by their parents. */
export const THROUGH_PARENT = /^via /;

export const throughParent = (sessionId: string): string => PREFIX + sessionId;
export const isThroughParent = (sessionId: string | null): boolean => sessionId?.startsWith(PREFIX) ?? false;
