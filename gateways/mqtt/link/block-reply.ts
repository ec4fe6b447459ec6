import { crc16 } from './crc16';
import type { MessageId } from './messages';

/** A string or number of the request's that goes back as it came. */
export type FileToken = string | number | undefined;

/** The binary form of `download_reply` (device-protocols §1.4): length of the JSON, JSON, bytes, their CRC. */
function frame(json: object, bytes: Buffer): Buffer {
  const text = Buffer.from(JSON.stringify(json));
  const reply = Buffer.allocUnsafe(2 + text.length + bytes.length + 2);
  reply.writeUInt16BE(text.length, 0);
  text.copy(reply, 2);
  bytes.copy(reply, 2 + text.length);
  reply.writeUInt16LE(crc16(bytes), reply.length - 2);
  return reply;
}

export function blockReply(id: MessageId, fileToken: FileToken, fileLength: number, offset: number, bytes: Buffer): Buffer {
  const data = { ...(fileToken !== undefined && { fileToken }), fileLength, bSize: bytes.length, bOffset: offset };
  return frame({ id, code: 200, data }, bytes);
}

/** 460: the parameters are wrong; 404: there is no such stream for this device. Both are permanent: an SDK repeats at once, and gives up. */
export const errorReply = (id: MessageId, code: 460 | 404, msg: string): Buffer => frame({ id, code, msg }, Buffer.alloc(0));
