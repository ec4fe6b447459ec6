import { randomInt } from 'node:crypto';
import type { Violation } from '../../../schema/model/violation';
import { refuseIfAny } from '../../refuse';

/** Twenty letters that are not taken for one another or for digits, and make no words (as RFC 8628, 6.1, recommends). */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
/** 20^12 codes: 52 bits. */
const LENGTH = 12;
const GROUP = 4;
const LONGEST = 64;
/** Blanks and dashes of any kind that people, keyboards and messengers put between the groups. */
const SEPARATORS = /[\s\p{Pd}\p{Cf}._:/]+/gu;
const FORM = new RegExp(`^[${LETTERS}]{${LENGTH}}$`);

/** Letters alone. */
export const newPairingCode = (): string => Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');

/** For people: `BCDF-GHJK-LMNP`. */
export const shownPairingCode = (letters: string): string => (letters.match(new RegExp(`.{${GROUP}}`, 'g')) ?? []).join('-');

/** The letters of what somebody has typed. Throws REQUIRED, INVALID_FORMAT: what can be no code is no try either. */
export function pairingLetters(typed: string): string {
  const letters = typed.length <= LONGEST ? typed.normalize('NFKC').replace(SEPARATORS, '').toUpperCase() : '';
  refuseIfAny([violationOf(typed, letters)]);
  return letters;
}

function violationOf(typed: string, letters: string): Violation | null {
  if (FORM.test(letters)) return null;
  const [field, limit] = ['code', `${LENGTH} letters`];
  const hint = `Give the ${LENGTH} letters of the code, such as BCDF-GHJK-LMNP; small letters, blanks and dashes do no harm.`;
  if (typed.trim() === '') return { code: 'REQUIRED', field, message: 'The pairing code is missing.', hint, limit };
  return { code: 'INVALID_FORMAT', field, message: `A pairing code has ${LENGTH} letters, and only ${LETTERS}.`, hint, limit };
}
