/** A start that failed for a reason its reader can mend: shown without a stack, as set-up's own errors are. */
export class StartError extends Error {
  override readonly name = 'SetupError';
}

export const portTaken = (port: number, setting: string, why = 'is in use by another program'): StartError =>
  new StartError(`Port ${port} ${why}. Choose another with ${setting}.`);
