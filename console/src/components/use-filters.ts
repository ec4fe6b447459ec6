import { useCallback } from 'react';
import { useSearchParams } from 'react-router';

/** Of the field of products: these are read later, and a wider field would push the others into another line. */
export const PRODUCTS_WIDTH = '11rem';

/** Filters of a page, in its address: an empty one is left out. */
export function useFilters(): [(name: string) => string, (changes: Readonly<Record<string, string | null>>) => void] {
  const [search, setSearch] = useSearchParams();
  const set = useCallback(
    (changes: Readonly<Record<string, string | null>>): void =>
      setSearch(
        (before) => {
          for (const [name, value] of Object.entries(changes)) {
            if (value) before.set(name, value);
            else before.delete(name);
          }
          return before;
        },
        { replace: true, preventScrollReset: true },
      ),
    [setSearch],
  );
  return [(name) => search.get(name) ?? '', set];
}
