import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { parse } from 'csv-parse/sync';
import express from 'express';
import fc from 'fast-check';
import { type CsvFile, sendCsv } from '../../../api/files/send-csv';

const SIGNS = ['=', '+', '-', '@', '\t', '\r', '\uff1d', '\uff0b', '\uff0d', '\uff20'];

test('R-SAFE-4 whatever a cell holds, it comes back whole from a reader of CSV, and begins with no sign of a formula', async () => {
  let file: CsvFile = { name: 'x', columns: [], rows: Readable.from([]) };
  const app = express().get('/', (_req, res) => sendCsv(res, { error: () => undefined }, file));
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const cell = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.tuple(fc.constantFrom(...SIGNS, ' ', '\n', "'", ';', ',', '"'), fc.string()).map((parts) => parts.join('')),
  );
  try {
    await fc.assert(
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
      { numRuns: 15 },
    );
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
