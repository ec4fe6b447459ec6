import { DEFAULT_MODULE } from './link-messages';

export interface OfferedFile {
  name: string | null;
  url: string;
  /** Bytes. */
  size: number;
  /** Hex digest. */
  sign: string;
  /** In place of a URL, which is then empty: loaded over MQTT in blocks (device-protocols §1.4). */
  stream?: { id: number; fileId: number };
  /** Of Secure Update, base64; null when none came. */
  digestSign: string | null;
}

/** What an `upgrade` or a `get_reply` offers. */
export interface UpgradeOffer {
  id: unknown;
  version: string;
  module: string;
  digest: 'md5' | 'sha256';
  /** The files are differences to the version the device has. */
  differential: boolean;
  files: OfferedFile[];
  extData: Record<string, unknown>;
}

/** What the SDK makes of a message: an offer, no task, or a task it drops without a word (device-protocols §1.3). */
export type ReadOffer = { offer: UpgradeOffer } | { dropped: string } | 'no task';

const MAX_FILES = 20;
const DIGESTS: Record<string, UpgradeOffer['digest']> = { Md5: 'md5', SHA256: 'sha256', Sha256: 'sha256' };
const DATA_ORDER = 'size version isDiff url md5 digestsign sign signMethod module extData files'.split(' ');
/** With a stream in place of the URL (§1.3). */
const STREAM_ORDER = 'size streamId module sign dProtocol version isDiff signMethod streamFileId md5 digestsign extData'.split(' ');
const LARGEST_U32 = 0xffff_ffff;

/** As picky as LinkSDK 4 is, and no more. */
export function readOffer(payload: string, kind: 'upgrade' | 'get_reply'): ReadOffer {
  const message = asRecord(JSON.parse(payload));
  const data = asRecord(message?.data);
  if (!message || !data) return { dropped: 'no data' };
  if (message.code !== (kind === 'upgrade' ? '1000' : 200)) return { dropped: `code ${JSON.stringify(message.code)}` };
  if (Object.keys(data).length === 0) return kind === 'get_reply' ? 'no task' : { dropped: 'empty data' };
  if (typeof data.version !== 'string') return { dropped: 'no version' };
  const digest = typeof data.signMethod === 'string' ? DIGESTS[data.signMethod] : undefined;
  if (!digest) return { dropped: `signMethod ${JSON.stringify(data.signMethod)}` };
  if ('isDiff' in data && data.isDiff !== 1) return { dropped: `isDiff ${JSON.stringify(data.isDiff)}` };
  const differential = data.isDiff === 1;
  const digits = digest === 'md5' ? 32 : 64;
  const files = 'dProtocol' in data ? readStream(data, digits) : readFiles(data, digits);
  if (typeof files === 'string') return { dropped: files };
  const module = typeof data.module === 'string' ? data.module : DEFAULT_MODULE;
  return { offer: { id: message.id, version: data.version, module, digest, differential, files, extData: asRecord(data.extData) ?? {} } };
}

function readFiles(data: Record<string, unknown>, digits: number): OfferedFile[] | string {
  if (!('files' in data)) {
    const file = readFile(null, data.url, data.size, data.sign, data.digestsign, digits);
    return typeof file === 'string' ? file : [file];
  }
  if (!Array.isArray(data.files) || data.files.length < 2) return 'files with fewer than two entries';
  const files: OfferedFile[] = [];
  for (const entry of data.files.slice(0, MAX_FILES)) {
    const { fileName, fileUrl, fileSize, fileSign, digestsign } = asRecord(entry) ?? {};
    const file = readFile(typeof fileName === 'string' ? fileName : null, fileUrl, fileSize, fileSign, digestsign, digits);
    if (typeof file === 'string') return file;
    files.push(file);
  }
  return files;
}

/** SDK 4 wants a stream as soon as `dProtocol` is there, whatever it says. */
function readStream({ streamId, streamFileId, size, sign, digestsign }: Record<string, unknown>, digits: number): OfferedFile[] | string {
  if (!isU32(streamId)) return 'dProtocol without streamId';
  if (!isU32(streamFileId)) return 'dProtocol without streamFileId';
  const file = readFile(null, '', size, sign, digestsign, digits);
  return typeof file === 'string' ? file : [{ ...file, stream: { id: streamId, fileId: streamFileId } }];
}

const isU32 = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= LARGEST_U32;

function readFile(
  name: string | null,
  url: unknown,
  size: unknown,
  sign: unknown,
  digestsign: unknown,
  digits: number,
): OfferedFile | string {
  if (typeof url !== 'string') return 'no url';
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size <= 0) return `size ${JSON.stringify(size)}`;
  if (typeof sign !== 'string' || !new RegExp(`^[0-9a-fA-F]{${digits}}$`).test(sign)) return `sign is not ${digits} hex digits`;
  return { name, url, size, sign, digestSign: typeof digestsign === 'string' ? digestsign : null };
}

/** Small devices scan with fixed formats: members must come in the documents' order (§0.1). Null when they do. */
export function memberOrderProblem(payload: string): string | null {
  const message = asRecord(JSON.parse(payload)) ?? {};
  const expected = [
    ['code', 'data', 'id', 'message'],
    ['id', 'code', 'data'],
  ];
  const top = Object.keys(message);
  if (!expected.some((order) => isInOrder(top, order))) return `message members are ${top.join(', ')}`;
  const data = Object.keys(asRecord(message.data) ?? {});
  return isInOrder(data, data.includes('dProtocol') ? STREAM_ORDER : DATA_ORDER) ? null : `data members are ${data.join(', ')}`;
}

function isInOrder(members: string[], order: string[]): boolean {
  const places = members.map((member) => order.indexOf(member));
  return places.every((place, n) => place >= 0 && place > (places[n - 1] ?? -1));
}

function asRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
}
