/** R-PKG-2: the kinds of file a package may be, each with its file name suffixes and what its bytes begin with. */
export type PackageFormat = 'bin' | 'dav' | 'pack' | 'tar' | 'gzip' | 'xz' | 'zip';

/** Longest first: `a.tar.gz` is what `.tar.gz` says, whatever `.gz` says. */
const SUFFIXES: readonly (readonly [suffix: string, format: PackageFormat])[] = [
  ['.tar.gz', 'gzip'],
  ['.tar.xz', 'xz'],
  ['.gzip', 'gzip'],
  ['.tgz', 'gzip'],
  ['.pack', 'pack'],
  ['.bin', 'bin'],
  ['.dav', 'dav'],
  ['.tar', 'tar'],
  ['.zip', 'zip'],
  ['.apk', 'zip'],
  ['.gz', 'gzip'],
];

/** For messages: every suffix that is taken. */
export const PACKAGE_SUFFIXES: readonly string[] = SUFFIXES.map(([suffix]) => suffix);

interface Magic {
  offset: number;
  bytes: readonly number[];
}

const ascii = (text: string): number[] => Array.from(text, (character) => character.charCodeAt(0));

/** A file of the format has one of these; a format without any takes every file. */
const MAGIC: Record<PackageFormat, readonly Magic[]> = {
  bin: [],
  dav: [],
  pack: [],
  tar: [{ offset: 257, bytes: ascii('ustar') }],
  gzip: [{ offset: 0, bytes: [0x1f, 0x8b] }],
  xz: [{ offset: 0, bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] }],
  // The second is an archive without entries.
  zip: [
    { offset: 0, bytes: ascii('PK\x03\x04') },
    { offset: 0, bytes: ascii('PK\x05\x06') },
  ],
};

/** How many of a file's first bytes `matchesFormat` looks at, at most. */
export const MAGIC_BYTES_NEEDED = Math.max(
  ...Object.values(MAGIC).flatMap((magics) => magics.map((magic) => magic.offset + magic.bytes.length)),
);

/** R-PKG-2: the format a file name claims, upper case or lower; null when its suffix is not taken or is all there is. */
export function formatOf(fileName: string): PackageFormat | null {
  const name = fileName.toLowerCase();
  const found = SUFFIXES.find(([suffix]) => name.endsWith(suffix) && name.length > suffix.length);
  return found ? found[1] : null;
}

/** R-PKG-2: whether a file that begins so can be of the format. Give MAGIC_BYTES_NEEDED bytes, or the whole file if it is shorter. */
export function matchesFormat(format: PackageFormat, firstBytes: Uint8Array): boolean {
  const magics = MAGIC[format];
  return magics.length === 0 || magics.some((magic) => magic.bytes.every((byte, index) => firstBytes[magic.offset + index] === byte));
}
