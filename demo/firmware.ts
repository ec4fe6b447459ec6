import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { writeFirmwareImage } from '../test/support/firmware-image';

export interface Firmware {
  path: string;
  fileName: string;
  /** Bytes. */
  size: number;
}

export const SOURCE_VERSION = '1.0.0';
export const TARGET_VERSION = '2.0.0';
const GENERATED_BYTES = 1024 * 1024;

/** The file of the command line, or a generated one. */
export async function firmwareOf(packageFile: string | null, dataDir: string): Promise<Firmware> {
  if (packageFile !== null) return { path: packageFile, fileName: basename(packageFile), size: (await stat(packageFile)).size };
  const path = join(dataDir, 'demo-firmware.bin');
  await writeFirmwareImage(path, GENERATED_BYTES, { version: TARGET_VERSION });
  return { path, fileName: basename(path), size: GENERATED_BYTES };
}

export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  const [value, unit] = bytes < 1024 * 1024 ? [bytes / 1024, 'KiB'] : [bytes / 1024 / 1024, 'MiB'];
  return `${value.toFixed(value < 10 && !Number.isInteger(value) ? 1 : 0)} ${unit}`;
}
