/** When a notification was taken, and the number in its Observe option. */
export interface Taken {
  number: number;
  /** In milliseconds, by a clock that never goes back. */
  at: number;
}

const HALF = 2 ** 23;
/** A number is compared with one that was taken so lately; the sender's clock may have gone round since (RFC 7641 §3.4). */
const COMPARED_FOR_MS = 128_000;

/** Whether a notification is newer than the last one taken (RFC 7641 §3.4), the same again, or an older one that comes late. */
export function orderOf(number: number, at: number, last: Taken | undefined): 'newer' | 'replayed' | 'reordered' {
  if (last === undefined || at > last.at + COMPARED_FOR_MS) return 'newer';
  if (number === last.number) return 'replayed';
  const isNewer = number > last.number ? number - last.number < HALF : last.number - number > HALF;
  return isNewer ? 'newer' : 'reordered';
}
