import { encode } from 'cbor2';
import { oneOf, type Random, randomBytes } from './fuzz';

/** Payloads of a right syntax whose content is anything. */

const NAMES = ['/5/0/3', '3', '5', '8/0', '8/1', '', '/', '5/0', '/5/0/', '/3/0/13', '/05', '65536', '/5/0/8/0/1', '/9/0/1/', 'x'];
const JSON_LABELS = ['bn', 'n', 'v', 'vs', 'vb', 'vd', 'vlo', 'sv', 'bv', 'ov', 't', 'bt', 'bver', 'x_', '__proto__'];
const CBOR_LABELS = [-2, -2, 0, 0, 2, 2, 3, 4, 8, 6, -3, -5, -1, 1, 5, 99, 'vlo', 'n', 'x_'];

function scalar(random: Random): unknown {
  const made = [
    () => random(300) - 150,
    () => (random(1_000_000) - 500_000) * 1e12,
    () => random(100) / 8,
    () => oneOf(random, NAMES),
    () => oneOf(random, ['1.0', '-1', '1e3', 'AP-_', '66:1', 'true', '']),
    () => random(2) === 0,
    () => null,
  ];
  return oneOf(random, made)();
}

/** Mostly what the label asks for. */
function memberOf(random: Random, label: number | string): unknown {
  if (random(20) === 0) return scalar(random);
  if (label === 'n' || label === 0 || label === 'bn' || label === -2) return oneOf(random, NAMES);
  return label === 8 ? new Uint8Array(randomBytes(random, random(4))) : scalar(random);
}

const list = <T>(random: Random, most: number, make: () => T): T[] => Array.from({ length: random(most + 1) }, make);

const recordOf = <L extends number | string>(random: Random, labels: readonly L[]): [L, unknown][] =>
  list(random, 4, () => oneOf(random, labels)).map((label) => [label, memberOf(random, label)]);

export function madeUpJson(random: Random): Buffer {
  const records = list(random, 4, () => Object.fromEntries(recordOf(random, JSON_LABELS)));
  return Buffer.from(JSON.stringify(random(2) === 0 ? records : { bn: oneOf(random, NAMES), e: records }));
}

export function madeUpCbor(random: Random): Buffer {
  const value = random(20) === 0 ? scalar(random) : list(random, 4, () => new Map<unknown, unknown>(recordOf(random, CBOR_LABELS)));
  return Buffer.from(encode(value));
}

export function madeUpTlv(random: Random, depth = 0): Buffer {
  return Buffer.concat(
    list(random, 4, () => {
      const kind = depth === 0 ? random(4) : oneOf(random, [1, 3, random(4)]);
      const nested = (kind === 0 || kind === 2) && depth < 3;
      const value = nested ? madeUpTlv(random, depth + 1) : randomBytes(random, oneOf(random, [0, 1, 1, 2, 4, 8, random(300)]));
      const wideId = random(8) === 0;
      const id = wideId ? Buffer.from([random(256), random(256)]) : Buffer.from([oneOf(random, [0, 3, 5, 8, 13])]);
      const lengthBytes = value.length < 8 && random(4) > 0 ? 0 : value.length < 256 && random(4) > 0 ? 1 : 2;
      const length = Buffer.alloc(lengthBytes);
      if (lengthBytes > 0) length.writeUIntBE(value.length, 0, lengthBytes);
      return Buffer.concat([
        Buffer.from([(kind << 6) | (wideId ? 0x20 : 0) | (lengthBytes << 3) | (lengthBytes === 0 ? value.length : 0)]),
        id,
        length,
        value,
      ]);
    }),
  );
}
