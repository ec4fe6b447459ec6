import type { TestApi } from './test-api';

export interface ImportAnswer {
  id: string;
  status: string;
  rows: number;
  created: number;
  invalid: number;
  problems: Record<string, number>;
  errors?: { code: string; field: string; message: string; hint: string; conflictingId?: string }[];
  import?: ImportAnswer;
}
export type Body = string | Uint8Array<ArrayBuffer> | FormData;
export const as = (key: string) => ({ authorization: `Bearer ${key}` });
export const names = (count: number, prefix = 'dev') => Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

/** What a program does with imports, over the API under test. */
export function importsOf(api: () => TestApi) {
  const key = () => api().keys.operator;
  return {
    async send(body: Body, query = 'productKey=impA', by = key()): Promise<{ status: number; body: ImportAnswer }> {
      const type: Record<string, string> = body instanceof FormData ? {} : { 'content-type': 'text/csv' };
      const response = await fetch(`${api().url}/imports?${query}`, { method: 'POST', body, headers: { ...type, ...as(by) } });
      return { status: response.status, body: (await response.json()) as ImportAnswer };
    },
    async get(path: string, by = key()): Promise<{ status: number; text: string }> {
      const response = await fetch(`${api().url}/imports/${path}`, { headers: as(by) });
      return { status: response.status, text: await response.text() };
    },
    /** The whole of the feed: it ends with the import. */
    async ended(id: string): Promise<{ status: string; created: number }> {
      const seen: { status: string; created: number }[] = [];
      const query =
        'subscription ($id: ID!) { importProgress(importId: $id) { ... on ImportProgress { import { status created } cursor } } }';
      for await (const { data } of api()
        .socket()
        .iterate<{ importProgress: { import: { status: string; created: number } } }>({ query, variables: { id } }))
        if (data) seen.push(data.importProgress.import);
      return seen.at(-1) ?? { status: 'never seen', created: 0 };
    },
    devicesOf: (productKey: string) => api().store.collections.devices.countDocuments({ productKey }),
    /** How much there is of imports, pieces, problems and devices. */
    stored() {
      const { deviceImports, deviceImportPieces, deviceImportProblems, devices } = api().store.collections;
      return Promise.all([deviceImports, deviceImportPieces, deviceImportProblems, devices].map((one) => one.countDocuments({})));
    },
  };
}
