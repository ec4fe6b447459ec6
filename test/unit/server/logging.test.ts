import { Writable } from 'node:stream';
import { createLogger } from '../../../server/logging';

function capture(): { lines: string[]; destination: Writable } {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  return { lines, destination };
}

test('secrets are hidden by field, nested too, and inside texts', () => {
  const { lines, destination } = capture();
  const logger = createLogger({ level: 'info', format: 'json', destination });
  logger.info({ req: { headers: { authorization: 'Bearer abc' } }, device: { secret: 'abc' }, key: 'abc', productKey: 'pk1' }, 'hello');
  logger.error(new Error('no answer from mongodb://user:abc@db/x, sent Bearer abc to /d/f?token=abc&v=1'));
  expect(lines).toHaveLength(2);
  expect(lines.join('')).not.toContain('abc');
  expect(JSON.parse(lines[0] as string)).toMatchObject({ level: 'info', msg: 'hello', productKey: 'pk1', key: '[hidden]' });
});

test('text for a reader has time, level, message, fields and the stack, and no control characters of others', () => {
  const { lines, destination } = capture();
  const logger = createLogger({ level: 'info', format: 'text', destination });
  logger.warn({ device: 'pk/d1', size: 3 }, 'odd\x1b[2J payload');
  logger.error({ error: new Error('broken') }, 'failed');
  expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} WARN {2}odd\\u001b\[2J payload {2}device=pk\/d1 size=3\n$/);
  expect(lines[1]).toMatch(/ERROR failed\n {4}Error: broken\n {8}at /);
});

test('of a write that MongoDB refused the log says which field, and nothing of the document', () => {
  const { lines, destination } = capture();
  const wrong = { operatorName: 'bsonType', specifiedAs: { bsonType: ['string', 'null'] }, consideredValue: 'hush', consideredType: 'int' };
  const rules = [
    { operatorName: 'properties', propertiesNotSatisfied: [{ propertyName: 'gatewayId', details: [wrong] }] },
    { operatorName: 'required', missingProperties: ['online'] },
  ];
  const errInfo = { failingDocumentId: 'p.d', details: { operatorName: '$jsonSchema', title: 'devices', schemaRulesNotSatisfied: rules } };
  const failed = () => new Error('Document failed validation');
  const one = Object.assign(failed(), { code: 121, errInfo });
  const many = Object.assign(failed(), { code: 121, writeErrors: [{ err: { errInfo, op: { sealedSecret: 'hush' } } }] });
  const told = 'the document p.d of devices: gatewayId is of the type int, not string or null; online is missing';
  for (const format of ['json', 'text'] as const) {
    const logger = createLogger({ level: 'info', format, destination });
    for (const error of [one, many]) logger.error({ error }, 'not written');
  }
  expect(lines).toHaveLength(4);
  for (const line of lines) expect(line).toContain(`Document failed validation: ${told}`);
  expect(lines.join('')).not.toContain('hush');
});

test('less important messages than the level are not written', () => {
  const { lines, destination } = capture();
  const logger = createLogger({ level: 'warn', format: 'auto', destination });
  logger.info('quiet');
  logger.warn('loud');
  expect(lines).toHaveLength(1);
});
