import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { stallsAt } from '../support/devices/behaviours';
import { ADMIN, startUpdraft, type Updraft } from '../support/updraft';

/** More than sockets hold. */
const SIZE = 40 * 1024 * 1024;

let updraft: Updraft;
beforeAll(async () => {
  updraft = await startUpdraft();
});
afterAll(() => updraft.stop());

test('R-DL-5 R-DL-7 a transfer that runs is cut when its batch is canceled, and is not taken for the whole file', async () => {
  const open = jest.spyOn(updraft.core.downloads, 'open');
  const fleet = await updraft.fleet([{ deviceName: 'canceled', behaviours: [stallsAt(1)] }]);
  const batch = await updraft.push(await updraft.package('2.0.0', SIZE));
  await updraft.until(async () => (await updraft.task(batch, 'canceled'))?.status === 'IN_PROGRESS');
  const [token = ''] = open.mock.calls.at(-1) ?? [];
  const sent = get(`${updraft.platform.apiUrl}/d/${token}`);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  expect([response.statusCode, response.headers['content-length']]).toEqual([200, `${SIZE}`]);
  let received = 0;
  const cut = new Promise<boolean>((resolve) => {
    // A connection that is reset is told of twice.
    for (const each of [sent, response]) each.on('error', () => undefined);
    response.once('close', () => resolve(!response.complete));
  });
  await updraft.core.batches.cancel(ADMIN, batch._id);
  response.on('data', (piece: Buffer) => {
    received += piece.length;
  });
  expect(await cut).toBe(true);
  expect(received).toBeLessThan(SIZE);
  await fleet.stop();
});
