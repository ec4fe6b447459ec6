import type { DeviceResource } from './device-resource';
import { writeCbor, writeSenmlCbor } from './write-cbor';
import { writeLwm2mJson, writeSenmlJson } from './write-json';
import { writeText } from './write-text';
import { writeTlv } from './write-tlv';

/** Content-Formats, by their numbers. */
export const FORMAT = { text: 0, links: 40, opaque: 42, cbor: 60, senmlJson: 110, senmlCbor: 112, tlv: 11_542, json: 11_543 } as const;
export type Format = (typeof FORMAT)[keyof typeof FORMAT];

type Writer = (resources: readonly DeviceResource[], base: string) => Buffer;

const single =
  (write: (resource: DeviceResource) => Buffer): Writer =>
  ([resource]) =>
    resource ? write(resource) : Buffer.alloc(0);

/** For what can be read; 1542 and 1543 are the numbers of before. */
export const WRITERS: Readonly<Record<number, Writer>> = {
  [FORMAT.text]: single(writeText),
  [FORMAT.cbor]: single(writeCbor),
  [FORMAT.senmlJson]: writeSenmlJson,
  [FORMAT.senmlCbor]: writeSenmlCbor,
  [FORMAT.tlv]: writeTlv,
  [FORMAT.json]: writeLwm2mJson,
  1542: writeTlv,
  1543: writeLwm2mJson,
};

/** Formats of one value only. */
export const ofOneValue = (format: number): boolean => format === FORMAT.text || format === FORMAT.cbor;
