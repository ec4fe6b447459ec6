/** What a virtual device finds in an image: the header that `writeFirmwareImage` gives it. */
export interface FirmwareHeader {
  /** Bytes, header included. */
  size: number;
  version: string;
}

const HEADER_BYTES = 64;

/** Null: no image for such a device. */
export function readFirmwareHeader(image: Buffer): FirmwareHeader | null {
  if (image.length < HEADER_BYTES || image.toString('latin1', 0, 4) !== 'UPFW') return null;
  return { size: Number(image.readBigUInt64LE(8)), version: image.toString('latin1', 16, 47).replace(/\0.*$/s, '') };
}
