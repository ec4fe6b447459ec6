import type { ImportRow } from '../../schema/model/device/device-import';
import type { ImportPiece } from '../../schema/mongo/device-imports';
import type { Sealing } from '../sealing';

const contextOf = (pieceId: string): string => `import ${pieceId}`;

/** The rows hold secrets, in the clear as they came: as one text they are encrypted at no cost a row. */
export const sealedRows = (sealing: Sealing, pieceId: string, rows: readonly ImportRow[]): string =>
  sealRowsText(sealing, pieceId, JSON.stringify(rows));
export const sealRowsText = (sealing: Sealing, pieceId: string, text: string): string => sealing.seal(text, contextOf(pieceId));

/** Throws SealedByOther. */
export const openRows = (sealing: Sealing, { _id, sealedRows }: ImportPiece): ImportRow[] =>
  JSON.parse(openRowsText(sealing, _id, sealedRows)) as ImportRow[];
/** Throws SealedByOther. */
export const openRowsText = (sealing: Sealing, pieceId: string, sealed: string): string => sealing.open(sealed, contextOf(pieceId));
