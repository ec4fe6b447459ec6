import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { parse } from 'csv-parse/sync';
import express from 'express';
import fc from 'fast-check';
import { type CsvFile, sendCsv } from '../../../api/files/send-csv';

/** What leaves for a client. */
async function sent(file: CsvFile, look: (address: string) => Promise<void>, of = () => file): Promise<void> {
  const app = express().get('/', (_req, res) => sendCsv(res, { error: () => undefined }, of()));
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await look(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

test('R-SAFE-4 cells are in quotes where they need them, or the column says so, and stay as they are for programs', async () => {
  const columns = ['row', 'value', 'reason'];
  const rows = [
    [1, 'dev-1', 'x'],
    [2, 'a,b', 'c;d'],
    [-3, '=1', '-1'],
  ];
  const textOf = async (more: Partial<CsvFile>): Promise<string> => {
    let text = '';
    await sent({ name: 'x', columns, rows: Readable.from(rows), ...more }, async (address) => {
      text = await (await fetch(address)).text();
    });
    return text;
  };
  expect(await textOf({ quoted: ['value'] })).toBe(`row,value,reason\r\n1,"dev-1",x\r\n2,"a,b","c;d"\r\n-3,"'=1",'-1\r\n`);
  expect(await textOf({ exact: true })).toBe('row,value,reason\r\n1,dev-1,x\r\n2,"a,b","c;d"\r\n-3,=1,-1\r\n');
});

const SIGNS = ['=', '+', '-', '@', '\t', '\r', '\uff1d', '\uff0b', '\uff0d', '\uff20'];

test('R-SAFE-4 whatever a cell holds, it comes back whole from a reader of CSV, and begins with no sign of a formula', async () => {
  const cell = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.tuple(fc.constantFrom(...SIGNS, ' ', '\n', "'", ';', ',', '"'), fc.string()).map((parts) => parts.join('')),
  );
  let file: CsvFile = { name: 'x', columns: [], rows: Readable.from([]) };
  const ask = (address: string) =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 60 }), async (rows) => {
        file = { name: 'x', columns: ['a', 'b'], rows: Readable.from(rows) };
        const sent: string[][] = parse(await (await fetch(address)).text(), { record_delimiter: '\r\n', relax_column_count: false });
        const shown = sent.slice(1);
        expect(shown).toHaveLength(rows.length);
        for (const [index, row] of rows.entries()) {
          for (const [at, text] of row.entries()) {
            const told = shown[index]?.[at] ?? '';
            expect([text, `'${text}`]).toContain(told);
            expect(told).not.toMatch(/^(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])/);
          }
        }
      }),
      { numRuns: 6 },
    );
  await sent(file, ask, () => file);
});
