import pino, { type Logger } from 'pino';
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
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRET_PATHS, censor: '[hidden]' },
      serializers: { err: pino.stdSerializers.err, error: pino.stdSerializers.err },
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: hideSecrets },
    },
    asText ? readableLines(destination, destination.isTTY === true) : { write: (line: string) => void destination.write(line) },
  );
}

function hideSecrets(line: string): string {
  return SECRET_TEXTS.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), line);
}
