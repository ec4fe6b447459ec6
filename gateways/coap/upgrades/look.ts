import type { Answer, Ask, FirmwareSeen, Reading } from '../../../core/reports/lwm2m/contract';
import type { SignalSeen } from '../../../schema/model/cell/signal';
import { readVersion } from '../../../schema/model/device/module-version';
import { type Resources, valueAt, valuesAt } from '../lwm2m/formats/decoded';
import { type AskedDevice, isNotNow } from './asked-device';
import { readInstance, readOne } from './reading';

type Look = Extract<Ask, { kind: 'look' }>;

export const FIRMWARE = '/5/0';
export const STATE = `${FIRMWARE}/3`;
export const RESULT = `${FIRMWARE}/5`;
const VERSION = '/3/0/3';
const SIGNAL = '/4/0';
/** What is read one by one where the object as a whole cannot be: what counts most comes first. */
const FIRMWARE_RESOURCES = [3, 5, 8, 9, 7];
const SIGNAL_RESOURCES = [0, 2, 8, 9, 10, 11];

/** Looks at what is asked for, in this order. What does not answer once is not asked for the rest. */
export async function look(device: AskedDevice, { version, firmware, signal }: Look): Promise<Answer> {
  const versionRead = version ? orBusy(await readVersionOf(device)) : null;
  const firmwareRead = firmware ? (failureOf(versionRead) ?? orBusy(await readFirmware(device))) : null;
  const signalRead = signal ? (failureOf(firmwareRead ?? versionRead) ?? orBusy(await readSignal(device))) : null;
  return { kind: 'looked', version: versionRead, firmware: firmwareRead, signal: signalRead };
}

const failureOf = (reading: Reading<unknown> | null): Reading<never> | null =>
  reading !== null && 'failed' in reading ? { failed: reading.failed } : null;

/** One that cannot answer now is asked again; what it has is not known. */
const orBusy = <T>(reading: Reading<T>): Reading<T> => ('missing' in reading && isNotNow(reading.code) ? { failed: 'BUSY' } : reading);

/** What is no version, or is longer than one may be, is not handed on: UNREADABLE. */
async function readVersionOf(device: AskedDevice): Promise<Reading<string>> {
  const reading = await readOne(device, VERSION);
  if (!('value' in reading)) return reading;
  const read = readVersion(valueAt(reading.value, VERSION));
  return 'unreadable' in read ? { missing: 'UNREADABLE' } : { value: read.version };
}

async function readFirmware(device: AskedDevice): Promise<Reading<FirmwareSeen>> {
  const reading = await readInstance(device, FIRMWARE, FIRMWARE_RESOURCES);
  return 'value' in reading ? { value: firmwareOf(reading.value) } : reading;
}

async function readSignal(device: AskedDevice): Promise<Reading<SignalSeen>> {
  const reading = await readInstance(device, SIGNAL, SIGNAL_RESOURCES);
  return 'value' in reading ? { value: signalOf(reading.value) } : reading;
}

/** More protocols than have been defined a device has not. */
const MOST_PROTOCOLS = 16;

export function firmwareOf(resources: Pick<Resources, 'resources'>): FirmwareSeen {
  const integer = (id: number): number | null => integerAt(resources, `${FIRMWARE}/${id}`);
  const automatic = valueAt(resources, `${FIRMWARE}/14`);
  const packageVersion = readVersion(valueAt(resources, `${FIRMWARE}/7`));
  const protocols = valuesAt(resources, `${FIRMWARE}/8`).filter(isInteger);
  return {
    state: integer(3),
    result: integer(5),
    packageVersion: 'version' in packageVersion ? packageVersion.version : null,
    protocols: protocols.length === 0 ? null : [...new Set(protocols)].slice(0, MOST_PROTOCOLS),
    delivery: integer(9),
    automatic: typeof automatic === 'boolean' ? automatic : null,
    deferSeconds: integer(13),
  };
}

function signalOf(resources: Resources): SignalSeen {
  const integer = (id: number): number | null => integerAt(resources, `${SIGNAL}/${id}`);
  return { bearer: integer(0), rsrp: integer(2), sinr: integer(11), cellId: integer(8), mnc: integer(9), mcc: integer(10) };
}

export const integerAt = (resources: Pick<Resources, 'resources'>, path: string): number | null => {
  const value = valueAt(resources, path);
  return isInteger(value) ? value : null;
};

/** None of these is a number of more than 32 bits. */
const isInteger = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 0xffff_ffff;
