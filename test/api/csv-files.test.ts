import { parse } from 'csv-parse/sync';
import { aBatch, aTask } from '../support/builders';
import { operator } from '../support/core-parts';
import { startTestApi, type TestApi } from './support/test-api';

const FORMULAS = ['=1+1', '+1', '-1+1', '@SUM(A1)', '\t=1', ' =1', '=cmd|"/C calc"!A0', '\uff1d1', '=HYPERLINK("http://evil.example")'];

describe('R-SAFE-4 the CSV files of the API', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
    await api.core.products.create(operator, { key: 'csvA', name: 'Meters' });
    await api.core.devices.register(operator, 'csvA', [{ deviceName: '@home' }]);
  });
  afterAll(() => api.stop());

  const headers = () => ({ authorization: `Bearer ${api.keys.operator}`, 'content-type': 'text/csv' });
  async function read(path: string): Promise<Record<string, string>[]> {
    const response = await fetch(`${api.url}${path}`, { headers: headers() });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="[\w.-]+\.csv"$/);
    return parse(await response.text(), { columns: true, record_delimiter: '\r\n' });
  }
  const send = async (path: string, body: string) =>
    (await (await fetch(`${api.url}${path}`, { method: 'POST', body, headers: headers() })).json()) as {
      id: string;
      import?: { id: string };
    };
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

  test('R-SAFE-4 R-BAT-3 rows of a list that are no names are no formulas either', async () => {
    const { id } = await send('/lists?productKey=csvA', ['dev-9999', ...FORMULAS.map(quoted)].join('\n'));
    const rows = await read(`/lists/${id}/invalid.csv`);
    expect(rows[0]).toEqual({ row: '1', value: 'dev-9999', reason: 'UNKNOWN', text: 'The product has no device with this name.' });
    expect(rows).toHaveLength(FORMULAS.length + 1);
    for (const { value } of rows.slice(1)) expect(value).toMatch(/^'\s*[=+\-@\uff1d]/);
  });

  test('R-SAFE-4 R-DEV-6 nor are those of an import; the secrets it shows stay what they are', async () => {
    const refused = await send('/imports?productKey=csvA', ['deviceName', ...FORMULAS.map(quoted)].join('\n'));
    const rows = await read(`/imports/${refused.import?.id}/invalid.csv`);
    expect(rows).toHaveLength(FORMULAS.length);
    for (const { value } of rows) expect(value).toMatch(/^'\s*[=+\-@\uff1d]/);

    const secret = '=1+1"0123456789;';
    const { id } = await send('/imports?productKey=csvA', `deviceName,secret\n@dev-1,${quoted(secret)}`);
    for (;;) {
      const { data } = await api.ask('query ($id: ID!) { deviceImport(id: $id) { status } }', { id });
      if ((data.deviceImport as { status: string }).status === 'FINISHED') break;
    }
    expect(await read(`/imports/${id}/devices.csv`)).toEqual([{ deviceName: '@dev-1', secret }]);
  });

  test('R-SAFE-4 R-BAT-22 nor is what devices said of their tasks', async () => {
    const tasks = FORMULAS.map((causeText, index) => aTask({ batchId: 'csv', deviceName: `meter-${index}`, causeText }));
    await api.store.collections.batches.insertOne(aBatch({ _id: 'csv', productKey: 'csvA' }));
    await api.store.collections.tasks.insertMany([...tasks, aTask({ batchId: 'csv', deviceName: '@home' })]);
    const rows = await read('/batches/csv/tasks.csv');
    expect(rows).toHaveLength(FORMULAS.length + 1);
    expect(rows.map(({ device }) => device)).toContain("'@home");
    expect(rows.map((row) => row.cause_text).filter((text) => FORMULAS.includes(text ?? ''))).toEqual([]);
  });
});
