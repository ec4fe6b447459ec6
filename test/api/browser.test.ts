import type { Browser, Page } from 'playwright-core';
import { servePage } from '../support/browser/page-server';
import { BROWSER_WAIT_MS, describeWithChromium, startChromium } from '../support/chromium';
import { administrator } from '../support/core-parts';
import { startTestApi, type TestApi } from './support/test-api';

interface Told {
  status?: number;
  headers: Record<string, string>;
  text: string;
  blocked?: string;
}

const describeInBrowser = describeWithChromium('R-UI-7, the API in a browser from another origin, and the explorer');

describeInBrowser('R-UI-7 in a real browser', () => {
  let browser: Browser;
  let api: TestApi;
  let listed: Awaited<ReturnType<typeof servePage>>;
  let other: Awaited<ReturnType<typeof servePage>>;
  const pages = new Map<string, Page>();

  beforeAll(async () => {
    [listed, other, browser] = await Promise.all([servePage(), servePage(), startChromium()]);
    api = await startTestApi({ origins: [listed.origin] });
    await api.core.products.create(administrator, { key: 'meter', name: 'Water meter' });
    for (const { origin } of [listed, other]) {
      const page = await newPage();
      await page.goto(origin);
      pages.set(origin, page);
    }
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all([listed?.stop(), other?.stop()]);
    await api?.stop();
  });

  async function newPage(): Promise<Page> {
    const page = await browser.newPage();
    page.setDefaultTimeout(BROWSER_WAIT_MS);
    return page;
  }

  /** A call of `page.js`, made by the page. */
  const call = <T = Told>(name: string, args: object, from = listed): Promise<T> =>
    pages.get(from.origin)?.evaluate(`calls.${name}(${JSON.stringify({ url: api.url, key: api.keys.operator, ...args })})`) as Promise<T>;

  test('R-UI-7 a page of a listed origin queries and changes', async () => {
    const made = await call('ask', { query: 'mutation { createProduct(input: { key: "pump", name: "Pump" }) { product { key } } }' });
    expect(JSON.parse(made.text)).toEqual({ data: { createProduct: { product: { key: 'pump' } } } });
    expect(JSON.parse((await call('ask', { query: '{ viewer { role } }' })).text)).toEqual({ data: { viewer: { role: 'OPERATOR' } } });
  });

  test('R-UI-7 and can read why it is refused', async () => {
    const refused = await call('ask', { query: '{ viewer { role } }', key: 'updraft_0000' });
    expect([refused.status, JSON.parse(refused.text)]).toMatchObject([401, { errors: [{ extensions: { code: 'NOT_SIGNED_IN' } }] }]);
    const upload = await call('send', { url: `${api.url}/packages`, key: api.keys.viewer, name: 'fw.bin', text: 'x'.repeat(100_000) });
    expect([upload.status, JSON.parse(upload.text)]).toMatchObject([403, { errors: [{ code: 'NOT_ALLOWED' }] }]);
  });

  test('R-UI-7 it sends packages, lists and imports, and reads CSV with its name', async () => {
    const fields = { productKey: 'meter', name: 'meter_fw', version: '2.0.0' };
    expect(await call('send', { url: `${api.url}/packages`, fields, name: 'fw.bin', text: 'firmware' })).toMatchObject({ status: 201 });
    const devices = { name: 'devices.csv', text: 'deviceName\nmeter-1\nmeter-2\n' };
    const taken = await call('send', { url: `${api.url}/imports?productKey=meter`, ...devices });
    expect(taken.status).toBe(202);
    const { id } = JSON.parse(taken.text) as { id: string };
    expect((await call('get', { url: `${api.url}/imports/${id}` })).status).toBe(200);
    const csv = await call('get', { url: `${api.url}/imports/${id}/invalid.csv` });
    expect([csv.status, csv.headers['content-disposition']]).toEqual([200, expect.stringContaining('.csv')]);
    // Whether the import has made its devices by then or not, the page reads what became of the list.
    const list = await call('send', { url: `${api.url}/lists?productKey=meter`, ...devices });
    expect(JSON.parse(list.text)).toMatchObject({ productKey: 'meter', rows: 2 });
  });

  test('R-UI-7 R-PKG-12 it uploads with tus-js-client, and goes on behind the cut', async () => {
    const [size, piece] = [600_000, 200_000];
    const { address, first } = await call<{ address: string; first: number }>('upload', { name: 'fw.bin', size, piece });
    // Nothing of what had arrived is sent again.
    expect(first).toBeGreaterThanOrEqual(piece);
    const uploadId = address.split('/').at(-1);
    const query = `mutation { createPackage(input: { uploadId: "${uploadId}", productKey: "meter", name: "meter_big", version: "3.0.0" }) { package { version } userErrors { code } } }`;
    expect(JSON.parse((await call('ask', { query })).text)).toEqual({
      data: { createPackage: { package: { version: '3.0.0' }, userErrors: [] } },
    });
  });

  test('R-UI-7 it follows what changes over a WebSocket', async () => {
    const query = 'subscription { taskChanges(after: "") { ... on Resync { hint } } }';
    expect(await call('follow', { query })).toEqual({ taskChanges: { hint: expect.any(String) } });
    expect(await call('follow', { query, key: 'updraft_0000' })).toEqual({ ended: 4401 });
  });

  test('R-UI-7 a page of another origin gets nothing of all this', async () => {
    const answers = await Promise.all([
      call('ask', { query: '{ viewer { role } }' }, other),
      call('get', { url: `${api.url}/batches/any/tasks.csv` }, other),
      call('send', { url: `${api.url}/packages`, name: 'fw.bin', text: 'firmware' }, other),
    ]);
    expect(answers).toEqual(answers.map(() => ({ blocked: expect.stringContaining('Failed to fetch') })));
    await expect(call('upload', { name: 'fw.bin', size: 10, piece: 10 }, other)).rejects.toThrow();
    const followed = await call<object>('follow', { query: 'subscription { taskChanges { __typename } }' }, other);
    expect(followed).toEqual({ ended: expect.anything() });
  });

  test('R-UI-1 the bare address leads to the explorer, which has the schema before it is given a key', async () => {
    const page = await newPage();
    const schema = page.waitForResponse((response) => response.url() === api.graphqlUrl);
    await page.goto(api.url);
    expect(page.url()).toBe(`${api.url}/explorer/`);
    expect((await schema).status()).toBe(200);
    await page.getByText('Docs', { exact: true }).click();
    await page.getByText('Mutation', { exact: true }).click();
    await page.getByText('createStaticBatch').first().waitFor();
    await page.close();
  });
});
