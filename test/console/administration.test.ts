import { generateKeyPairSync } from 'node:crypto';
import type { Page } from 'playwright-core';
import { describeWithChromium } from '../support/chromium';
import { ADMIN } from '../support/updraft';
import { accessibilityProblems, type ConsoleUnderTest, copied, type Opened, seen, startConsole } from './support/console';

const describeInBrowser = describeWithChromium('R-UI-3, the pages of products, keys and the audit trail in a browser');

describeInBrowser('R-UI-3 products, keys, people and audit in the console', () => {
  let console_: ConsoleUnderTest;
  let opened: Opened;
  beforeAll(async () => {
    console_ = await startConsole();
  });
  afterAll(() => console_?.stop());
  afterEach(() => opened?.context.close());

  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor();

  test('R-UI-3: a product is made, edited, given a signing key and Secure Update, whose public key is copied, and deleted', async () => {
    opened = await console_.open('ADMINISTRATOR', '/products');
    const { page, context } = opened;
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await heading(page, 'Products');
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole('button', { name: 'New product' }).click();
    const dialog = page.getByRole('dialog', { name: 'New product' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill('<img src=x onerror=alert(1)>');
    await dialog.getByRole('textbox', { name: 'Product key' }).fill('no');
    expect(await accessibilityProblems(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Create the product' }).click();
    await dialog.locator('.mantine-TextInput-error').waitFor();
    expect(await dialog.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('<img src=x onerror=alert(1)>');
    await dialog.getByRole('textbox', { name: 'Product key' }).fill('waterMeters');
    await dialog.getByRole('button', { name: 'Create the product' }).click();
    await heading(page, '<img src=x onerror=alert(1)>');

    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Water meters');
    await page.getByRole('switch', { name: 'Refuse batches that conflict' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await heading(page, 'Water meters');
    expect((await console_.updraft.core.products.get('waterMeters'))?.refuseConflictingBatches).toBe(true);

    await page.getByRole('button', { name: 'Add a key' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('factory');
    await page.getByRole('textbox', { name: 'Public key' }).fill('no key');
    await page.getByRole('button', { name: 'Add the key' }).click();
    await page.locator('.mantine-Textarea-error').waitFor();
    const pem = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();
    await page.getByRole('textbox', { name: 'Public key' }).fill(pem);
    await page.getByRole('button', { name: 'Add the key' }).click();
    await page.locator('[data-signing-key=factory]').waitFor();

    await page.getByRole('switch', { name: 'not activated' }).click();
    await page.getByRole('switch', { name: /^activated/ }).waitFor();
    await page.getByRole('button', { name: 'Copy: public key' }).click();
    await copied(page, 'BEGIN PUBLIC KEY');
    // Without the hint of the button that the pointer is on.
    await page.mouse.move(0, 0);
    await page.getByRole('tooltip').waitFor({ state: 'detached' });
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole('button', { name: 'Prepare the next key pair' }).click();
    await page.getByRole('button', { name: 'Sign with the next pair …' }).click();
    const pair = page.getByRole('dialog', { name: 'Sign with the next key pair?' });
    await pair.getByRole('textbox').fill('waterMeters');
    await pair.getByRole('button', { name: 'Switch the key pair' }).click();
    await page.getByRole('button', { name: 'Prepare the next key pair' }).waitFor();

    await page.getByRole('button', { name: 'Delete …' }).click();
    const remove = page.getByRole('dialog', { name: 'Delete this product?' });
    await remove.getByRole('textbox').fill('waterMeters');
    await remove.getByRole('button', { name: 'Delete the product' }).click();
    await heading(page, 'Products');
    expect(await console_.updraft.core.products.get('waterMeters')).toBeNull();
    expect(opened.complaints).toEqual([]);
  });

  test('R-UI-3: what was deleted in another window while its form is open is refused with words, and what was typed stays', async () => {
    await console_.updraft.core.products.create(ADMIN, { key: 'goneMeters', name: 'Gone' });
    opened = await console_.open('ADMINISTRATOR', '/products/goneMeters');
    const { page } = opened;
    await page.getByRole('button', { name: 'Edit' }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit the product' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Typed');
    await console_.updraft.core.products.delete(ADMIN, 'goneMeters');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('alert').getByText('No product has this key').waitFor();
    expect(await dialog.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('Typed');
  });

  test('R-UI-3: modules and versions of a product; one that is in use is not deleted, and says why', async () => {
    const { updraft } = console_;
    await updraft.fleet([{ deviceName: 'versioned' }]);
    await seen(updraft, 'versioned');
    await updraft.package('2.0.0', 4_096, 'radio');
    opened = await console_.open('ADMINISTRATOR', `/products/${updraft.productKey}`);
    const { page } = opened;
    await heading(page, 'Test meters');
    await page.locator('[data-version="1.0.0"]').waitFor();
    expect(await page.getByRole('button', { name: 'Delete …' }).getAttribute('aria-disabled')).toBe('true');
    await page.getByText('radio', { exact: true }).first().click();
    await page.waitForURL(/module=radio/);
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  test('R-UI-3: a key is made, shown once, renamed and limited, and revoked; what is open with it ends', async () => {
    opened = await console_.open('ADMINISTRATOR', '/');
    const { page } = opened;
    await page.getByRole('link', { name: 'Keys and people' }).click();
    await heading(page, 'API keys');
    await page.locator('[data-key]').first().waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole('button', { name: 'New key' }).click();
    const dialog = page.getByRole('dialog', { name: 'New API key' });
    await dialog.getByRole('button', { name: 'Create the key' }).click();
    await dialog.locator('.mantine-TextInput-error').waitFor();
    await dialog.getByRole('textbox', { name: 'Name' }).fill('build server');
    expect(await accessibilityProblems(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Create the key' }).click();
    const shown = page.getByRole('dialog', { name: 'The new key' });
    const key = (await shown.locator('pre').textContent()) ?? '';
    expect(key).toMatch(/^updraft_/);
    expect(await accessibilityProblems(page)).toEqual([]);
    // Neither Escape nor the way back takes it away unasked.
    await page.keyboard.press('Escape');
    await page.evaluate('history.back()');
    const leave = page.getByRole('dialog', { name: 'Leave this page?' });
    await leave.getByText('shown only this once').waitFor();
    await leave.getByRole('button', { name: 'Keep as it is' }).click();
    await leave.waitFor({ state: 'detached' });
    expect(await shown.locator('pre').textContent()).toBe(key);
    await shown.getByRole('button', { name: 'I have copied it' }).click();
    await shown.waitFor({ state: 'detached' });
    await page.locator('[data-key="build server"][data-state=good]').waitFor();
    expect(await page.content()).not.toContain(key.slice(8));

    await page.getByRole('button', { name: 'Edit build server' }).click();
    const edit = page.getByRole('dialog', { name: 'Edit the key' });
    await edit.getByRole('textbox', { name: 'Name' }).fill('release server');
    await edit
      .getByRole('combobox', { name: 'Products' })
      .or(edit.getByRole('textbox', { name: 'Products' }))
      .first()
      .click();
    await page.getByRole('option', { name: new RegExp(console_.updraft.productKey) }).click();
    await edit.getByRole('textbox', { name: 'Name' }).click();
    await edit.getByRole('button', { name: 'Save' }).click();
    await page.locator('[data-key="release server"]').getByText(console_.updraft.productKey).waitFor();

    await page.getByRole('button', { name: 'Revoke release server' }).click();
    const revoke = page.getByRole('dialog', { name: 'Revoke this key?' });
    await revoke.getByRole('textbox').fill('release server');
    await revoke.getByRole('button', { name: 'Revoke the key' }).click();
    await page.locator('[data-key="release server"][data-state=revoked]').waitFor();
  });

  test('R-UI-3: what others have written is text within a sentence as well, whatever tags it has', async () => {
    const name = '<b>release</b> <0>server</0>';
    await console_.updraft.core.access.createKey(ADMIN, { name, role: 'VIEWER' });
    opened = await console_.open('ADMINISTRATOR', '/settings/keys');
    await opened.page.getByRole('button', { name: `Revoke ${name}` }).click();
    await opened.page.getByRole('dialog').getByText(`Whatever uses ${name} is refused from now on`).waitFor();
    expect(opened.complaints).toEqual([]);
  });

  test('R-UI-3: people; who is not an administrator is told that these pages are not his', async () => {
    opened = await console_.open('ADMINISTRATOR', '/settings/people');
    await heading(opened.page, 'People');
    await opened.page.getByRole('heading', { name: 'Nobody has signed in yet' }).waitFor();
    expect(await accessibilityProblems(opened.page)).toEqual([]);
    await opened.context.close();
    opened = await console_.open('VIEWER', '/settings/keys');
    for (const path of ['/settings/keys', '/settings/people', '/audit']) {
      await opened.page.goto(console_.url + path);
      await opened.page.getByRole('heading', { name: 'This page is for administrators' }).waitFor();
    }
    expect(opened.complaints).toEqual([]);
  });

  test('R-UI-3: the audit trail shows what others do as they do it, is filtered in the address, and exported', async () => {
    opened = await console_.open('ADMINISTRATOR', '/audit');
    const { page, context } = opened;
    await heading(page, 'Audit');
    await page.locator('[data-entry]').first().waitFor();
    await page.getByRole('status').getByText('live').waitFor();
    const call = (query: string) =>
      fetch(`${console_.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${console_.keys.OPERATOR}` },
        body: JSON.stringify({ query }),
      });
    await call('mutation { createGroup(input: { name: "<b>seen</b>" }) { group { id } } }');
    await page.locator('[data-entry=createGroup]').getByRole('button', { name: 'Show' }).click();
    await page.getByText('"<b>seen</b>"').first().waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole('combobox', { name: 'Result' }).selectOption('refused');
    await page.waitForURL(/result=REFUSED/);
    await page.getByRole('heading', { name: 'Nothing matches' }).or(page.locator('[data-result=REFUSED]').first()).waitFor();
    await page.goto(`${console_.url}/audit?action=createProduct`);
    await page.locator('[data-entry=createProduct]').first().waitFor();
    expect(await page.locator('[data-entry]:not([data-entry=createProduct])').count()).toBe(0);
    const href = await page.getByRole('link', { name: 'Export all' }).getAttribute('href');
    const exported = await context.request.get(`${console_.url}${href}`);
    expect((await exported.text()).split('\n').length).toBeGreaterThan(1);
  });

  test('R-UI-3: on a phone, in the dark, in 简体中文: nothing overflows, axe finds nothing', async () => {
    opened = await console_.open('ADMINISTRATOR', '/products', {
      locale: 'zh-CN',
      colorScheme: 'dark',
      viewport: { width: 390, height: 844 },
    });
    const { page } = opened;
    await console_.updraft.core.products.setSecureUpdate(ADMIN, { productKey: console_.updraft.productKey, active: true });
    for (const path of ['/products', `/products/${console_.updraft.productKey}`, '/settings/keys', '/settings/people', '/audit']) {
      await page.goto(console_.url + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByRole('status', { name: '' }).first().waitFor({ state: 'attached' });
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    }
  });
});
