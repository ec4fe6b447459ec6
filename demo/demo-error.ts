/** Something its reader can mend: shown without a stack. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
}
