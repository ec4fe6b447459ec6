/**
 * A child's presence is that of its parent, unless it has a connection of its own. The name of its session says which: the two
 * are written together, so neither can be forgotten.
 */
const PREFIX = 'via ';

/** Of the sessions that children have by their parents. */
export const THROUGH_PARENT = /^via /;

export const throughParent = (sessionId: string): string => PREFIX + sessionId;
export const isThroughParent = (sessionId: string | null): boolean => sessionId?.startsWith(PREFIX) ?? false;
