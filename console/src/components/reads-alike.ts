/** What a page shows of it: white space is one blank, and marks without a width, such as those of direction, are nothing. */
const seenOf = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/\p{Cf}/gu, '')
    .replace(/\s+/g, ' ')
    .trim();

/** For names that are typed as they are seen: nobody can type what a page does not show. */
export const readsAlike = (typed: string, name: string): boolean => seenOf(typed) === seenOf(name);
