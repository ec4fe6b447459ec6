import pino, { type Logger } from 'pino';
import { callNow } from '../core/call';
import { DOCUMENT_VALIDATION_FAILURE, refusedWrite } from '../schema/mongo/refused-write';
import { readableLines } from './readable-lines';

/** Never written, at the top of a log entry or one or two levels down. */
const SECRET_FIELDS = [
  'authorization',
  'cookie',
  'secret',
  'deviceSecret',
  'password',
  'key',
  'apiKey',
  'token',
  'mongodbUri',
  'masterKeys',
  'privateKey',
  'sealedPrivateKey',
];
const SECRET_PATHS = SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);

/** Secrets inside texts, such as the messages of other people's errors. */
const SECRET_TEXTS: [RegExp, string][] = [
  [/(mongodb(?:\+srv)?:\/\/[^:@/\s"]*:)[^@\s"]*@/g, '$1[hidden]@'],
  [/\b(Bearer\s+)[\w.~+/=-]+/gi, '$1[hidden]'],
  [/([?&](?:token|key|access_token)=)[^&\s"\\]+/gi, '$1[hidden]'],
];

export interface LoggingOptions {
  level: string;
  /** `auto` writes text to a terminal and JSON lines elsewhere. */
  format: 'auto' | 'json' | 'text';
  /** Where lines go; stdout when not given. */
  destination?: NodeJS.WritableStream & { isTTY?: boolean };
}

export function createLogger({ level, format, destination = process.stdout }: LoggingOptions): Logger {
  const asText = format === 'text' || (format === 'auto' && destination.isTTY === true);
  return pino(
    {
      level,
      base: undefined,
      mixin: correlated,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRET_PATHS, censor: '[hidden]' },
      serializers: { err: serialized, error: serialized },
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: hideSecrets },
    },
    asText ? readableLines(destination, destination.isTTY === true) : { write: (line: string) => void destination.write(line) },
  );
}

/** R-UI-4: which request a line follows from. */
function correlated(): { correlationId?: string } {
  const call = callNow();
  return call ? { correlationId: call.correlationId } : {};
}

/** Of a write that MongoDB refused: which field, and not the whole document. */
function serialized(error: Error): object {
  const refused = refusedWrite(error);
  if (refused === undefined) return pino.stdSerializers.err(error);
  const { name, message, stack = '' } = error;
  const told = `${message}: ${refused}`;
  return { type: name, message: told, stack: stack.replace(message, () => told), code: DOCUMENT_VALIDATION_FAILURE };
}

function hideSecrets(line: string): string {
  return SECRET_TEXTS.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), line);
}
