import { platform } from '../../app/platform';
import { PackageProductsDocument } from '../../generated/pages/packages/documents';
import { useLoaded } from '../../live/use-loaded';
import { readAll } from '../../live/use-pages';

/** Products to choose from. */
export function useProducts() {
  const { data } = useLoaded('package products', () =>
    readAll(
      (after) => platform.query(PackageProductsDocument, { after }),
      ({ products }) => products,
    ),
  );
  return data;
}

export const productOptions = (products: readonly { key: string; name: string }[] | null) =>
  (products ?? []).map(({ key, name }) => ({ value: key, label: name === key ? key : `${name} (${key})` }));
