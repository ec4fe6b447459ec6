import type { Problem } from '@updraft/client';

export interface FormLike {
  setErrors(errors: Record<string, string>): void;
  getInputNode?(path: string): HTMLElement | null;
}

/**
 * Puts each error to the field that it is about; gives back those that no field on the page is about. `fieldOf` says which field of the form
 * shows a path of the input (`pushRate.perMinute`), null where none does.
 */
export function showAtFields(
  form: FormLike,
  problems: readonly Problem[],
  textOf: (problem: Problem) => string,
  fieldOf: (path: string) => string | null,
): readonly Problem[] {
  const errors: Record<string, string> = {};
  const others: Problem[] = [];
  for (const problem of problems) {
    const field = problem.field === null ? null : fieldOf(problem.field.replace(/^input\./, ''));
    // A field that the form has and does not show, as the id of what is edited, would tell nobody.
    const isShown = field !== null && form.getInputNode?.(field) !== null;
    if (!isShown) others.push(problem);
    if (field !== null) errors[field] = errors[field] ? `${errors[field]} ${textOf(problem)}` : textOf(problem);
  }
  form.setErrors(errors);
  const [first] = Object.keys(errors);
  if (first !== undefined) form.getInputNode?.(first)?.focus();
  return others;
}
