import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startUpdraft, type Updraft } from '../support/updraft';

const FIXTURES = join(__dirname, '../gateway/fixtures');
const CERTIFICATE = join(FIXTURES, 'localhost-cert.pem');

let updraft: Updraft;
beforeAll(async () => {
  updraft = await startUpdraft({
    UPDRAFT_TLS_CERT_FILE: CERTIFICATE,
    UPDRAFT_TLS_KEY_FILE: join(FIXTURES, 'localhost-key.pem'),
  });
});
afterAll(() => updraft.stop());

test('R-DL-1 devices download over HTTPS, from a server whose certificate they check', async () => {
  const ca = readFileSync(CERTIFICATE, 'utf8');
  const fleet = await updraft.fleet([{}, {}], { download: { ca } });
  const batch = await updraft.push(await updraft.package('2.0.0', 100_000));
  expect(Object.values(await updraft.settled(batch))).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  expect(fleet.stats()).toMatchObject({ downloads: 2, bytes: 200_000, problems: 0 });
  expect(updraft.platform.apiUrl).toMatch(/^https:/);
});
