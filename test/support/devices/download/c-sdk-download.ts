import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** As IoTDA's C SDK does it: what it writes byte for byte, and how it reads (device-protocols §0.6, §2.5). */
export interface CSdkDownload {
  /** Of the notification. */
  url: string;
  /** Null: v2. */
  token: string | null;
  ca?: string;
}

export interface CSdkResult {
  fileName: string;
  bytes: Buffer;
}

/** One read of its buffer of 4,096, and the NUL behind it. */
const FIRST_READ = 4_095;
const HOST_LENGTH = 49;
const NAME_LENGTH = 128;
/** The buffer that v2 copies the name out of the address to. */
const URL_NAME_LENGTH = 20;

/** What is between `//` and `:`, behind that up to `/`, and the rest; without a `:` it refuses the address. */
export function partsOf(url: string): { host: string; port: number; uri: string } {
  const rest = url.slice(url.indexOf('//') + 2);
  const colon = rest.indexOf(':');
  const slash = rest.indexOf('/', colon);
  if (colon < 0 || slash < 0) throw new Error('the address has no port');
  if (colon > HOST_LENGTH) throw new Error('the host name is too long');
  return { host: rest.slice(0, colon), port: Number(rest.slice(colon + 1, slash)), uri: rest.slice(slash) };
}

export function requestOf({ url, token }: CSdkDownload): string {
  const { host, uri } = partsOf(url);
  const head = `GET ${uri} HTTP/1.1\nHost: ${host}\n`;
  return token === null ? `${head}\r\n\r\n` : `${head}Content-Type: application/json\nAuthorization:Bearer ${token}\r\n\r\n`;
}

/** v2: from the last slash before the `?`; without a `?` the device crashes. */
function nameInUrl(url: string): string {
  const query = url.indexOf('?');
  if (query < 0) throw new Error('segmentation fault');
  const name = url.slice(url.lastIndexOf('/', query) + 1, query);
  if (name.length > URL_NAME_LENGTH) throw new Error('get v2 filename failed');
  return name;
}

export async function downloadAsCSdk(device: CSdkDownload): Promise<CSdkResult> {
  const { host, port } = partsOf(device.url);
  const fallback = device.token === null ? nameInUrl(device.url) : '';
  const secure = new URL(device.url).protocol === 'https:';
  const socket: Socket = secure ? connectTls({ host, port, ca: device.ca }) : connectTcp(port, host);
  socket.once(secure ? 'secureConnect' : 'connect', () => socket.write(requestOf(device)));
  const pieces: Buffer[] = [];
  for await (const piece of socket as AsyncIterable<Buffer>) {
    pieces.push(piece);
    if (pieces.length > 1 && Buffer.concat(pieces).length >= lengthOf(pieces[0])) break;
  }
  return read(pieces, fallback);
}

const lengthOf = (first: Buffer | undefined): number => {
  const text = (first ?? Buffer.alloc(0)).subarray(0, FIRST_READ).toString('latin1');
  return text.indexOf('\r\n\r\n') + 4 + Number(/Content-Length: (\d+)/.exec(text)?.[1] ?? Number.NaN);
};

/** It looks at its first read and at nothing else: literally, letter by letter. */
function read(pieces: Buffer[], fallback: string): CSdkResult {
  const head = (pieces[0] ?? Buffer.alloc(0)).subarray(0, FIRST_READ).toString('latin1');
  const status = head.slice('HTTP/1.1 '.length, 'HTTP/1.1 '.length + 3);
  if (!head.startsWith('HTTP/1.1 ') || status !== '200') throw new Error(`the statusCode is ${status}`);
  const length = /Content-Length: (\d+)/.exec(head)?.[1];
  const end = head.indexOf('\r\n\r\n');
  if (length === undefined || end < 0) throw new Error('the first read has no header');
  const fileName = /filename=([^\r\n;]*)/.exec(head)?.[1] ?? fallback;
  if (fileName.length > NAME_LENGTH) throw new Error('the fileName is too long');
  return { fileName, bytes: Buffer.concat(pieces).subarray(end + 4, end + 4 + Number(length)) };
}
