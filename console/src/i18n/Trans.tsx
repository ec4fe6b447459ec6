import { Trans as LinguiTrans, type TransProps } from '@lingui/react';

/**
 * Lingui looks for tags in a text after it has put in the values. What others have written, such as the name of a batch, is text: with a
 * bracket in it, it is put in as an element. `lingui.config.ts` has the macro `<Trans>` use this one.
 */
export function Trans({ values, ...props }: TransProps) {
  return <LinguiTrans {...props} values={values && textsAsElements(values)} />;
}

const textsAsElements = (values: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'string' && value.includes('<') ? [value] : value]),
  );
