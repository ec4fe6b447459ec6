/** Digits only, and not more of them than a number holds exactly; null for anything else. */
export const wholeNumberOf = (text: string): number | null => (/^\d{1,15}$/.test(text) ? Number(text) : null);
