/** A start that failed for a reason its reader can mend: shown without a stack, as set-up's own errors are. */
export class StartError extends Error {
  override readonly name = 'SetupError';
}
