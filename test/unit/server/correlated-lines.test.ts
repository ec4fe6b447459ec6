import { PassThrough } from 'node:stream';
import { inCall } from '../../../core/call';
import { createLogger } from '../../../server/logging';

test('R-UI-4 log lines that follow from a request have its correlation id, and others have none', async () => {
  const lines = new PassThrough();
  const logger = createLogger({ level: 'info', format: 'json', destination: lines });
  logger.info('before');
  await inCall({ correlationId: 'request-1', address: null }, async () => {
    await Promise.resolve();
    logger.child({ part: 'x' }).warn({ more: 1 }, 'within');
  });
  logger.info('after');
  const written = String(lines.read())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(written.map(({ msg, correlationId }) => [msg, correlationId])).toEqual([
    ['before', undefined],
    ['within', 'request-1'],
    ['after', undefined],
  ]);
});
