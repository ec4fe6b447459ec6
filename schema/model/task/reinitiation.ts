/** R-BAT-21: why a task was not re-initiated, with the sentence a user interface shows. */
export const SKIP_REASONS = {
  NOT_FAILED: 'The task has not failed, nor has its device gone back to the version of before; or it has begun again already.',
  DEVICE_BUSY: 'The device has another task that has not ended, or as many as run at once.',
  DEVICE_GONE: 'The device was removed or disabled.',
  DIALECT_CHANGED: 'The device speaks another dialect now than its task was made for: a new batch takes it.',
  VERSION_NOT_ELIGIBLE: 'The device has a version that the package does not upgrade from.',
} as const;

export type SkipReason = keyof typeof SKIP_REASONS;
