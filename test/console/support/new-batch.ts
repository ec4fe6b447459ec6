import type { Page } from 'playwright-core';
import { deviceIdOf } from '../../../schema/model/ids';
import { ADMIN, type Updraft } from '../../support/updraft';
import { seen } from './console';

/** Five devices that are on-line (three with 1.0.0, one with 1.1.0, one with 2.0.0), two that never were, and a group of two. */
export async function fleetOfSeven(updraft: Updraft): Promise<{ groupId: string }> {
  const { core, productKey } = updraft;
  await updraft.fleet([{}, {}, {}, { version: '1.1.0' }, { version: '2.0.0' }]);
  await seen(updraft, ...[0, 1, 2, 3, 4].map((index) => `meter-${index}`));
  const region = { province: 'Zhejiang', city: 'Hangzhou' };
  await core.devices.register(
    ADMIN,
    productKey,
    ['north-1', 'north-2'].map((deviceName) => ({ deviceName, region })),
  );
  const north = await core.groups.create(ADMIN, { name: 'North <b>' });
  const hall = await core.groups.create(ADMIN, { name: 'Hall', parentId: north._id });
  const ids = ['meter-0', 'meter-1'].map((name) => deviceIdOf(productKey, name));
  await core.groups.addDevices(ADMIN, hall._id, ids);
  return { groupId: north._id };
}

/** So that no test finds the devices busy with what another has made. */
export async function cancelAll({ core, productKey, settled }: Updraft): Promise<void> {
  const { rows } = await core.batches.list({ productKey }, { first: 100, after: null });
  for (const { node } of rows) {
    if (['FINISHED', 'CANCELED', 'FAILED'].includes(node.status)) continue;
    await core.batches.cancel(ADMIN, node._id);
    await settled(node);
  }
}

/** The fields of the form as somebody finds them: by what they are called. */
export const formOf = (page: Page) => {
  const field = (name: string) => page.getByRole('textbox', { name, exact: true });
  const preview = page.getByRole('region', { name: 'What will happen' });
  return {
    field,
    preview,
    fill: (name: string, value: string) => field(name).fill(value),
    choose: (name: string) => page.getByRole('radio', { name, exact: true }).check(),
    /** What a switch does is part of its name. */
    switchOn: (name: string) => page.getByRole('switch', { name: new RegExp(`^${name}`) }).check(),
    enter: async (name: string, values: string[]) => {
      const list = page.getByRole('combobox', { name, exact: true });
      for (const value of values) {
        await list.fill(value);
        await list.press('Enter');
      }
      await list.press('Escape');
    },
    pick: async (name: string, option: string | RegExp) => {
      await page.getByRole('combobox', { name, exact: true }).click();
      await page.getByRole('option', { name: option }).click();
    },
    /** Once the preview is of what the form says. */
    says: (text: string | RegExp) => preview.locator('[data-current="true"]').getByText(text).first().waitFor(),
    refused: (text: string | RegExp) => preview.getByRole('alert').getByText(text).first().waitFor(),
    /** Creates it, and answers the id that its page has. */
    create: async (devices: string): Promise<string> => {
      await preview.getByRole('button', { name: 'Create the batch' }).click();
      const dialog = page.getByRole('dialog', { name: 'Create this batch?' });
      await dialog.getByText(devices).waitFor();
      await dialog.getByRole('button', { name: 'Create the batch' }).click();
      await page.waitForURL(/\/batches\/[0-9a-f]{24}$/);
      return page.url().slice(-24);
    },
  };
};

/** A moment as a field of a form takes it, in UTC. */
export const localTime = (hoursFromNow: number): string => new Date(Date.now() + hoursFromNow * 3_600_000).toISOString().slice(0, 16);
