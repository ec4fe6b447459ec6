import { connect } from 'node:net';

export interface Target {
  port: number;
  path: string;
}

export interface Load {
  /** One a parallel download. */
  targets: readonly Target[];
  size: number;
  /** Bytes of a range; null: the whole file in one request. */
  rangeBytes: number | null;
  idleMs?: number;
}

const HEADER_END = '\r\n\r\n';
const READ_BYTES = 512 * 1024;
/** Shared by all connections: what is read is looked at at once. */
const buffer = Buffer.allocUnsafe(READ_BYTES);

/** Downloads by all targets at once, each over one connection kept open, counting bytes and keeping none. Rejects on anything but the file. */
export async function httpLoad({ targets, size, rangeBytes, idleMs = 60_000 }: Load): Promise<{ seconds: number; bytes: number }> {
  const began = performance.now();
  await Promise.all(targets.map((target) => download(target, size, rangeBytes ?? size, rangeBytes !== null, idleMs)));
  return { seconds: (performance.now() - began) / 1_000, bytes: targets.length * size };
}

/** A client that costs as little as one can in Node: no HTTP parser, one buffer for all that is read. */
function download({ port, path }: Target, size: number, step: number, ranged: boolean, idleMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let start = 0;
    let header = '';
    /** Of the answer's body; -1 while its header is read. */
    let left = -1;
    const ask = (): void => {
      const range = ranged ? `Range: bytes=${start}-${Math.min(start + step, size) - 1}\r\n` : '';
      socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${range}\r\n`);
    };
    const take = (count: number, bytes: Buffer): boolean => {
      let body = count;
      if (left < 0) {
        header += bytes.toString('latin1', 0, count);
        const end = header.indexOf(HEADER_END);
        if (end < 0) return true;
        const status = header.slice(9, 12);
        left = Number(/^Content-Length: (\d+)/m.exec(header)?.[1] ?? Number.NaN);
        if (status !== (ranged ? '206' : '200') || left !== Math.min(step, size - start)) {
          socket.destroy(new Error(`Not the file: ${header.slice(0, 200)}`));
          return false;
        }
        body = header.length - end - HEADER_END.length;
        header = '';
      }
      left -= body;
      if (left > 0) return true;
      left = -1;
      start += step;
      if (start < size) ask();
      else socket.end(resolve);
      return true;
    };
    const socket = connect({ host: '127.0.0.1', port, noDelay: true, onread: { buffer, callback: (count) => take(count, buffer) } }, ask);
    socket.setTimeout(idleMs, () => socket.destroy(new Error(`Nothing for ${idleMs} ms`)));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error(`The connection ended at byte ${start} of ${size}`)));
  });
}
