import { CONTENT_FORMAT } from '../../gateways/coap/lwm2m/formats/content-format';
import { decode } from '../../gateways/coap/lwm2m/formats/decode';
import { MOST_RESOURCES } from '../../gateways/coap/lwm2m/formats/decoded';
import { MOST_LINKS } from '../../gateways/coap/lwm2m/formats/link-format';
import { isValuePath, isWithin, parsePath } from '../../gateways/coap/lwm2m/formats/path';
import { readRegistrationLinks } from '../../gateways/coap/lwm2m/formats/registration-links';
import type { DeviceResource } from '../support/devices/lwm2m/formats/device-resource';
import { writeCbor, writeSenmlCbor } from '../support/devices/lwm2m/formats/write-cbor';
import { writeLwm2mJson, writeSenmlJson } from '../support/devices/lwm2m/formats/write-json';
import { writeLinks } from '../support/devices/lwm2m/formats/write-links';
import { writeText } from '../support/devices/lwm2m/formats/write-text';
import { writeTlv } from '../support/devices/lwm2m/formats/write-tlv';
import { damaged, type FuzzSubject, oneOf, randomBytes } from './fuzz';
import { madeUpCbor, madeUpJson, madeUpTlv } from './lwm2m-payloads';

interface FormatInput {
  format: number | undefined;
  base: string;
  payload: Buffer;
}

const firmware: DeviceResource[] = [
  { path: '/5/0/0', type: 'opaque', value: Buffer.from('00ff10', 'hex') },
  { path: '/5/0/3', type: 'integer', value: 2 },
  { path: '/5/0/5', type: 'integer', value: -1 },
  { path: '/5/0/7', type: 'string', value: 'v1.0 β' },
  { path: '/5/0/8/0', type: 'integer', value: 0 },
  { path: '/5/0/8/1', type: 'integer', value: 300 },
  { path: '/5/0/12', type: 'time', value: 1_700_000_000_000 },
  { path: '/5/0/14', type: 'boolean', value: true },
];
const state: DeviceResource = { path: '/5/0/3', type: 'integer', value: 2 };
const version: DeviceResource = { path: '/3/0/3', type: 'string', value: '1.0' };

const samples: readonly FormatInput[] = [
  { format: CONTENT_FORMAT.tlv, base: '/5', payload: writeTlv(firmware, '/5') },
  { format: CONTENT_FORMAT.tlv, base: '/5/0', payload: writeTlv(firmware, '/5/0') },
  { format: CONTENT_FORMAT.senmlJson, base: '/5/0', payload: writeSenmlJson(firmware, '/5/0') },
  { format: CONTENT_FORMAT.senmlCbor, base: '/5/0', payload: writeSenmlCbor(firmware, '/5/0') },
  { format: CONTENT_FORMAT.senmlCbor, base: '/5', payload: writeSenmlCbor(firmware, '/5/0', { baseLast: true }) },
  { format: CONTENT_FORMAT.json, base: '/5/0', payload: writeLwm2mJson(firmware, '/5/0') },
  { format: CONTENT_FORMAT.cbor, base: '/3/0/3', payload: writeCbor(version) },
  { format: CONTENT_FORMAT.text, base: '/5/0/3', payload: writeText(state) },
  { format: CONTENT_FORMAT.opaque, base: '/5/0/0', payload: Buffer.from('00ff10', 'hex') },
  {
    format: CONTENT_FORMAT.links,
    base: '/',
    payload: writeLinks(['/1/0', '/3/0', '/5/0'], { root: '/lwm2m', contentFormats: [110, 112] }),
  },
  { format: CONTENT_FORMAT.links, base: '/', payload: Buffer.from('</>;rt="oma.lwm2m";ct=60 110,</1>;ver=1.1,\r\n</1/0>;a="b\\"c"') },
];
const FORMATS = [undefined, ...Object.values(CONTENT_FORMAT)];
const BASES = ['/', '/5', '/5/0', '/5/0/3', '/5/0/8', '/5/0/8/0', '/3/0/13', '/9/0'];

/** The decoders of payloads and of registration bodies. */
export const lwm2mFormats: FuzzSubject<FormatInput> = {
  input(random) {
    const sample = oneOf(random, samples);
    const kind = random(7);
    if (kind === 0)
      return {
        format: oneOf(random, FORMATS),
        base: oneOf(random, BASES),
        payload: randomBytes(random, random(random(50) === 0 ? 2_000 : 60)),
      };
    if (kind === 1) return { ...sample, format: oneOf(random, FORMATS), base: oneOf(random, BASES) };
    if (kind <= 3) return { ...sample, payload: damaged(random, sample.payload, oneOf(random, samples).payload) };
    const base = oneOf(random, BASES);
    if (kind === 4) return { format: CONTENT_FORMAT.tlv, base, payload: madeUpTlv(random) };
    if (kind === 5) return { format: CONTENT_FORMAT.senmlCbor, base, payload: madeUpCbor(random) };
    return { format: oneOf(random, [CONTENT_FORMAT.senmlJson, CONTENT_FORMAT.json]), base, payload: madeUpJson(random) };
  },
  outcomeOf: ({ format, base, payload }) =>
    format === CONTENT_FORMAT.links ? linksOutcome(payload) : valuesOutcome(payload, format, base),
  describe: ({ format, base, payload }) => `${format} ${base} ${payload.toString('hex').slice(0, 2_000)}`,
};

function linksOutcome(payload: Buffer): string {
  const read = readRegistrationLinks(payload);
  if ('unreadable' in read) return read.unreadable;
  if (read.objects.length > MOST_LINKS) throw new Error('More objects than links');
  return 'read';
}

function valuesOutcome(payload: Buffer, format: number | undefined, base: string): string {
  const at = parsePath(base) ?? [];
  const decoded = decode(payload, format, at);
  if ('unreadable' in decoded) return decoded.unreadable;
  const { resources, mistyped } = decoded;
  const paths = [...resources.map(({ path }) => path), ...mistyped];
  if (paths.length > MOST_RESOURCES || new Set(paths).size !== paths.length) throw new Error('Too many paths, or one of them twice');
  for (const text of paths) {
    const path = parsePath(text);
    if (path === null || !isValuePath(path) || !isWithin(path, at)) throw new Error(`${text} is no path below ${base}`);
  }
  for (const { value } of resources) {
    const known = typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value) || Buffer.isBuffer(value);
    if (!known) throw new Error(`${String(value)} is no value`);
  }
  return mistyped.length > 0 ? 'read in part' : 'read';
}
