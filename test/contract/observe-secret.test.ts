import { downloadSecret } from '../../core/downloads/download-secret';
import { observeSecret } from '../../core/registrations/observe-secret';
import { useStore } from '../support/store';

const store = useStore();

test('the secret of observations is made once, the same for every process, and is no other', async () => {
  const made = await Promise.all([observeSecret(store.collections), observeSecret(store.collections), observeSecret(store.collections)]);
  const later = await observeSecret(store.collections);
  expect(later).toHaveLength(32);
  expect(made).toEqual([later, later, later]);
  expect(later).not.toEqual(await downloadSecret(store.collections));
});
