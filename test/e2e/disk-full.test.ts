import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, openAsBlob, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import pino from 'pino';
import { readConfig } from '../../server/config';
import { type Platform, startPlatform } from '../../server/platform';
import { administrator } from '../support/core-parts';
import { isAlive } from '../support/is-alive';
import { quietRuntime } from '../support/temporal';
import { testEnvironment } from '../support/updraft';

const MB = 1024 ** 2;
const disk = mkdtempSync(join(tmpdir(), 'updraft-disk-full-'));
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1g', 'updraft-test', disk]).status === 0;
if (!isMounted) {
  rmSync(disk, { recursive: true, force: true });
  console.warn('No disk could be mounted (that takes root): what a platform does on a real full disk stays unproven.');
}

(isMounted ? describe : describe.skip)('R-SAFE-5 a platform on a disk that becomes full', () => {
  const filler = join(disk, 'filler');
  const large = `${disk}.large`;
  const lines: { level: number; msg: string }[] = [];
  let platform: Platform;
  let key: string;
  beforeAll(async () => {
    quietRuntime();
    const dataDir = join(disk, 'data');
    mkdirSync(dataDir);
    const settings = { MONGODB_URI: '', TEMPORAL_ADDRESS: '', UPDRAFT_DATA_DIR: dataDir, UPDRAFT_DISK_RESERVE_MB: '128' };
    const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
    platform = await startPlatform(readConfig(testEnvironment(settings)), logger);
    const { core } = platform.parts;
    key = (await core.access.createKey(administrator, { name: 'operator', role: 'OPERATOR' })).key;
    await core.products.create(administrator, { key: 'full', name: 'Meters' });
  });
  afterAll(async () => {
    await platform?.stop();
    spawnSync('umount', [disk]);
    rmSync(disk, { recursive: true, force: true });
    rmSync(large, { force: true });
  });

  const free = (): number => {
    const { bavail, bsize } = statfsSync(disk);
    return bavail * bsize;
  };
  const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await condition())) await delay(100);
  };
  /** Somebody else's file, that leaves so many bytes. */
  function leave(bytes: number): void {
    rmSync(filler, { force: true });
    writeFileSync(filler, '');
    const piece = Buffer.alloc(4 * MB, 'x');
    try {
      while (free() > bytes) writeFileSync(filler, piece.subarray(0, Math.min(piece.length, free() - bytes)), { flag: 'a' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
  const authorization = () => ({ authorization: `Bearer ${key}` });
  let version = 0;
  function form(bytes: Blob): FormData {
    const data = new FormData();
    for (const [name, value] of Object.entries({ productKey: 'full', name: 'firmware', version: `1.0.${version++}` }))
      data.set(name, value);
    data.set('file', bytes, 'fw.bin');
    return data;
  }
  const post = (path: string, body: FormData | string, headers: Record<string, string> = {}) =>
    fetch(`${platform.apiUrl}${path}`, { method: 'POST', body, headers: { ...authorization(), ...headers } });
  const upload = (bytes = new Blob(['firmware'])) => post('/packages', form(bytes));
  const csv = { 'content-type': 'text/csv' };
  const tus = (length: number) => ({
    ...{ 'tus-resumable': '1.0.0', 'upload-length': `${length}` },
    'upload-metadata': `filename ${Buffer.from('fw.bin').toString('base64')}`,
  });
  const answers = async (sent: Promise<Response>[]) =>
    Promise.all(
      sent.map(async (one) => {
        const response = await one;
        const { errors } = (await response.json()) as { errors: { code: string }[] };
        return [response.status, errors[0]?.code];
      }),
    );
  const uploads = () => [
    upload(),
    post('/lists?productKey=full', 'dev-1', csv),
    post('/imports?productKey=full', 'dev-1', csv),
    post('/uploads', '', tus(1_000)),
  ];
  const refused = [507, 'DISK_FULL'];
  const said = (words: string): number => lines.filter(({ msg }) => msg.includes(words)).length;
  async function isServed(): Promise<void> {
    const { products } = platform.parts.core;
    await products.create(administrator, { key: `p${version++}`.padEnd(6, 'x'), name: 'Meters' });
    // The servers that it looks for may take a moment longer than a question does.
    await until(async () => (await fetch(`${platform.apiUrl}/readyz`)).status === 200);
  }

  test('uploads are refused before it is full, by whichever way, all else is served, and that ends by itself', async () => {
    const { mongod } = platform.pids;
    expect((await upload()).status).toBe(201);
    leave(100 * MB);
    await until(async () => (await upload()).status === 507);
    expect(await answers(uploads())).toEqual([refused, refused, refused, refused]);
    await isServed();
    rmSync(filler);
    await until(async () => (await upload()).status === 201);
    expect([said('The disk is full'), said('There is room on the disk again')]).toEqual([1, 1]);
    expect(platform.pids.mongod).toBe(mongod);
  });

  test('an upload that would not fit is refused at once, one that does not say how long it is when the reserve is reached', async () => {
    const before = await platform.parts.core.packages.list({}, { first: 100 });
    // In no memory of this process, which is the platform's as well: it stands still while so much is copied.
    writeFileSync(large, '');
    truncateSync(large, 700 * MB);
    expect(await answers([upload(await openAsBlob(large)), post('/uploads', '', tus(700 * MB))])).toEqual([refused, refused]);
    const head = '--b\r\nContent-Disposition: form-data; name="';
    const fields = `${head}productKey"\r\n\r\nfull\r\n${head}name"\r\n\r\nfirmware\r\n${head}version"\r\n\r\n9.9.9\r\n`;
    async function* endless(): AsyncGenerator<Buffer> {
      yield Buffer.from(`${fields}${head}file"; filename="fw.bin"\r\n\r\n`);
      // MongoDB compresses what can be.
      const piece = randomBytes(MB);
      for (let sent = 0; sent < 900; sent += 1) yield piece;
    }
    const body = Readable.toWeb(Readable.from(endless(), { objectMode: false })) as ReadableStream;
    const long = {
      method: 'POST',
      body,
      duplex: 'half',
      headers: { ...authorization(), 'content-type': 'multipart/form-data; boundary=b' },
    };
    expect(await answers([fetch(`${platform.apiUrl}/packages`, long as RequestInit)])).toEqual([refused]);
    const after = await platform.parts.core.packages.list({}, { first: 100 });
    expect(after.rows).toHaveLength(before.rows.length);
    await isServed();
    expect(isAlive(platform.pids.mongod ?? 0)).toBe(true);
  });

  test('whoever has filled it to the last byte, and whatever becomes of the database then, the platform goes on when there is room', async () => {
    const { mongod = 0 } = platform.pids;
    leave(0);
    // The file that was kept for this is given up.
    await until(() => free() > 0);
    // MongoDB may have met the full disk before; then nobody's key can be looked at, and a body of a stranger may be cut off.
    const statuses = uploads().map((sent) => sent.then(({ status }) => status).catch(() => 'cut off'));
    for (const status of await Promise.all(statuses))
      expect([status, status === 'cut off' || Number(status) >= 500]).toEqual([status, true]);
    leave(0);
    if (isAlive(mongod)) process.kill(mongod, 'SIGKILL');
    await until(() => !isAlive(mongod));
    truncateSync(filler, 0);
    rmSync(filler);
    await until(async () => {
      try {
        return (await upload()).status === 201;
      } catch {
        return false;
      }
    });
    await isServed();
    // It serves before it is known to be ready.
    await until(() => platform.pids.mongod !== mongod);
    expect(isAlive(platform.pids.mongod ?? 0)).toBe(true);
  });
});
