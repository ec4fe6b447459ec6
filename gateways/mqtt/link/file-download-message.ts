import type { BlockRequest } from '../../../core/downloads/contract';
import { own } from '../../lenient-json';
import type { FileToken } from './block-reply';
import { idOf, type MessageId } from './messages';

/** A longer block is cut (device-protocols §1.4). */
const LARGEST_BLOCK = 65_536;
const TOKEN_LENGTH = 64;

export interface FileDownloadMessage {
  id: MessageId;
  fileToken: FileToken;
  /** Or what is wrong with it. */
  request: BlockRequest | { wrong: string };
}

/** `{"id","params":{"fileToken","fileInfo":{"streamId","fileId"},"fileBlock":{"size","offset"}}}`; null when nothing in it could be answered. */
export function fileDownloadMessage(body: unknown): FileDownloadMessage | null {
  const id = idOf(body);
  if (id === null) return null;
  const params = own(body, 'params');
  return { id, fileToken: tokenOf(own(params, 'fileToken')), request: requestOf(params) };
}

function requestOf(params: unknown): BlockRequest | { wrong: string } {
  const info = own(params, 'fileInfo');
  const block = own(params, 'fileBlock');
  const streamId = wholeNumber(own(info, 'streamId'));
  const fileId = wholeNumber(own(info, 'fileId'));
  const size = wholeNumber(own(block, 'size'));
  const offset = wholeNumber(own(block, 'offset'));
  if (streamId === null || fileId === null) return { wrong: 'fileInfo needs streamId and fileId' };
  if (size === null || size === 0) return { wrong: 'fileBlock.size is not a number of bytes from 1 to 65536' };
  if (offset === null) return { wrong: 'fileBlock.offset is not a number of bytes' };
  return { streamId, fileId, offset, size: Math.min(size, LARGEST_BLOCK) };
}

/** Numbers may come as strings (device-protocols §0.1.2). */
function wholeNumber(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : null;
}

function tokenOf(value: unknown): FileToken {
  if (typeof value === 'string') return value.slice(0, TOKEN_LENGTH);
  return typeof value === 'number' ? value : undefined;
}
