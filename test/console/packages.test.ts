import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describeWithChromium } from '../support/chromium';
import { stallsAt } from '../support/devices/behaviours';
import { firmwareImage } from '../support/firmware-image';
import { ADMIN } from '../support/updraft';
import { accessibilityProblems, type ConsoleUnderTest, type Opened, seen, startConsole } from './support/console';

const describeInBrowser = describeWithChromium('R-UI-3, the pages of packages in a browser');

describeInBrowser('R-UI-3 packages in the console', () => {
  let console_: ConsoleUnderTest;
  let opened: Opened;
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'updraft-console-'));
    console_ = await startConsole();
  });
  afterAll(async () => {
    await console_?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(() => opened?.context.close());

  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
  const row = (page: Page, filename: string, state: string) => page.locator(`[data-upload="${filename}"][data-state=${state}]`).waitFor();
  async function fileOf(name: string, version: string, size = 8_192): Promise<[path: string, bytes: Buffer]> {
    const bytes = Buffer.from(firmwareImage(size, { version, seed: name }));
    await writeFile(join(folder, name), bytes);
    return [join(folder, name), bytes];
  }
  const give = (page: Page, paths: string[]) => page.locator('input[type=file][aria-label="Files of the package"]').setInputFiles(paths);
  async function choose(page: Page, label: string, option: RegExp): Promise<void> {
    await page.getByRole('combobox', { name: label }).click();
    await page.getByRole('option', { name: option }).click();
  }

  test('R-UI-3: a signed firmware file is dropped, checked, made a package, listed under its product, described and deleted', async () => {
    const { updraft } = console_;
    const keys = generateKeyPairSync('ed25519');
    const publicKeyPem = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    await updraft.core.products.addSigningKey(ADMIN, { productKey: updraft.productKey, name: 'factory', publicKeyPem });
    const [file, bytes] = await fileOf('signed.bin', '3.0.0');
    await writeFile(
      `${file}.sig`,
      sign(null, Buffer.from(createHash('sha256').update(bytes).digest('hex')), keys.privateKey).toString('base64'),
    );

    opened = await console_.open('OPERATOR', '/packages');
    const { page } = opened;
    await page.getByRole('link', { name: 'Upload a package' }).click();
    await heading(page, 'Upload a package');
    await give(page, [file, `${file}.sig`]);
    await row(page, 'signed.bin', 'done');
    await page.locator('[data-upload="signed.bin"] [data-passed=true]').nth(2).waitFor();
    await choose(page, 'Product', new RegExp(updraft.productKey));
    await page.getByRole('textbox', { name: 'Name' }).fill('fw <b>3</b>');
    await page.getByRole('textbox', { name: 'Version' }).fill('3.0.0');
    await page.getByRole('textbox', { name: 'Description' }).fill('Reads the meter twice a day.');
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole('button', { name: 'Create the package' }).click();
    // The name is refused: the API says so at its field, and nothing typed is lost.
    await page.locator('.mantine-TextInput-error').waitFor();
    expect(await page.getByRole('textbox', { name: 'Version' }).inputValue()).toBe('3.0.0');
    await page.getByRole('textbox', { name: 'Name' }).fill('fw_300');
    await page.getByRole('button', { name: 'Create the package' }).click();
    await heading(page, 'fw_300');
    await page.getByText('checked with the key factory').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);

    await page.getByRole('button', { name: 'Edit the description' }).click();
    await page.getByRole('textbox', { name: 'Description' }).fill('<script>alert(1)</script>');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('<script>alert(1)</script>', { exact: true }).waitFor();

    await page.goto(`${console_.url}/packages?product=${updraft.productKey}&name=fw_3`);
    await page.getByRole('link', { name: 'fw_300' }).click();
    await page.getByRole('button', { name: 'Delete …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete this package?' });
    await dialog.getByText(/version 3\.0\.0 of the module default/).waitFor();
    await dialog.getByRole('textbox').fill('fw_300');
    await dialog.getByRole('button', { name: 'Delete the package' }).click();
    await page
      .getByRole('heading', { name: 'No package matches' })
      .or(page.getByRole('heading', { name: /package yet|matches/ }))
      .first()
      .waitFor();
    // The refused name is the API's answer, and no fault of the page.
    expect(opened.complaints).toEqual([]);
  });

  test('R-UI-3: an upload that a reload has cut goes on with the same file, and what was typed is there', async () => {
    const [file] = await fileOf('large.bin', '4.0.0', 6 * 1024 * 1024);
    opened = await console_.open('OPERATOR', '/packages/new');
    const { page, context } = opened;
    await heading(page, 'Upload a package');
    await page.getByRole('textbox', { name: 'Name' }).fill('fw_400');
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    const sendAt = (uploadThroughput: number) =>
      session.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput });
    // So slow that it is under way whenever the page is loaded anew.
    await sendAt(32 * 1024);
    await give(page, [file]);
    await page
      .locator('[data-upload="large.bin"][data-state=sending]')
      .getByText(/[1-9][\d.]*%/)
      .waitFor();
    await page.reload();
    await sendAt(-1);
    await page.getByText('An upload was interrupted').waitFor();
    await row(page, 'large.bin', 'cut');
    expect(await page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('fw_400');
    expect(await accessibilityProblems(page)).toEqual([]);
    const created: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/uploads') && request.method() === 'POST') created.push(request.url());
    });
    await give(page, [file]);
    await row(page, 'large.bin', 'done');
    // It went on: no other upload was begun.
    expect(created).toEqual([]);
    await page.reload();
    await row(page, 'large.bin', 'done');
  });

  test('R-UI-3: a file that was refused is to be removed, and a product that was not chosen is told to be missing', async () => {
    const other = await console_.updraft.core.products.create(ADMIN, { name: 'another product' });
    await writeFile(join(folder, 'empty.bin'), '');
    const [file] = await fileOf('right.bin', '7.0.0');
    opened = await console_.open('OPERATOR', '/packages/new');
    const { page } = opened;
    await heading(page, 'Upload a package');
    await give(page, [join(folder, 'empty.bin'), file]);
    await row(page, 'empty.bin', 'failed');
    await row(page, 'right.bin', 'done');
    await page.getByText('0 bytes · refused').waitFor();
    await page.getByText('Remove the files that were refused').waitFor();
    await page.getByRole('button', { name: 'Remove empty.bin' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('fw_700');
    await page.getByRole('textbox', { name: 'Version', exact: true }).fill('7.0.0');
    await page.getByRole('button', { name: 'Create the package' }).click();
    await page.getByText('A product must be given.').waitFor();
    await console_.updraft.core.products.delete(ADMIN, other._id);
    await page.reload();
    // The only one there is.
    await page.getByRole('button', { name: 'Create the package' }).click();
    await heading(page, 'fw_700');
  });

  test('R-UI-3: a verification is seen device by device as it goes, and versions in the field beside it', async () => {
    const { updraft } = console_;
    const fleet = await updraft.fleet([{ deviceName: 'tried-1' }, { deviceName: 'tried-2', behaviours: [stallsAt(40)] }], {
      pacing: { skipDownload: true, installMs: 10, rebootMs: 10 },
    });
    await seen(updraft, 'tried-1', 'tried-2');
    const firmware = await updraft.package('5.0.0', 4_096, undefined, { verification: 'REQUIRED' });
    opened = await console_.open('OPERATOR', `/packages/${firmware._id}`);
    const { page } = opened;
    await heading(page, firmware.name);
    await page.locator('[data-version="1.0.0"]').waitFor();
    expect(await page.getByRole('link', { name: 'New batch' }).getAttribute('aria-disabled')).toBe('true');
    await page.getByRole('button', { name: 'Verify …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Verify on devices' });
    await dialog.getByRole('button', { name: 'Begin the verification' }).click();
    await dialog.getByText('Name at least one device.').waitFor();
    const devices = dialog
      .getByRole('combobox', { name: 'Devices' })
      .or(dialog.getByRole('textbox', { name: 'Devices' }))
      .first();
    await devices.fill('tried-1');
    await devices.press('Enter');
    await devices.fill('tried-2');
    await devices.press('Enter');
    expect(await accessibilityProblems(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Begin the verification' }).click();
    await page.locator('[data-verification=tried-1][data-status=SUCCEEDED]').waitFor();
    await page.locator('[data-verification=tried-2][data-status=IN_PROGRESS]').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    // Once it has ended, versions are counted again.
    const link = await page.getByRole('link', { name: 'Last verification' }).getAttribute('href');
    await updraft.core.batches.cancel(ADMIN, link?.split('/').at(-1) ?? '');
    await page.locator('[data-version="5.0.0"]').waitFor();
    await fleet.stop();
  });

  test('R-UI-3: a viewer sees what he may not do, and a deleted package says so; phone and 简体中文 without overflow', async () => {
    const firmware = await console_.updraft.package('6.0.0');
    opened = await console_.open('VIEWER', `/packages/${firmware._id}`, {
      locale: 'zh-CN',
      colorScheme: 'dark',
      viewport: { width: 390, height: 844 },
    });
    const { page } = opened;
    await heading(page, firmware.name);
    expect(await page.getByRole('button', { name: '删除…' }).getAttribute('aria-disabled')).toBe('true');
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    for (const path of ['/packages', '/packages/new']) {
      await page.goto(console_.url + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    }
    await page.goto(`${console_.url}/packages/none`);
    await heading(page, '它已不存在');
  });
});
