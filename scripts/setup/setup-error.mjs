/** A failure of set-up that the reader can mend: shown without a stack. */
export class SetupError extends Error {
  name = 'SetupError';
  isSetupError = true;
}
