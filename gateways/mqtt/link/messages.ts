import { readModule, readVersion, textOf } from '../../../schema/model/device/module-version';
import { own } from '../../lenient-json';
import { MALFORMED, type Unreadable } from '../unreadable';

/**
 * What devices send (device-protocols §1.3), checked by hand: this runs for every message. Numbers may come as strings and strings as numbers.
 */
export type MessageId = string | number;

const ID_LENGTH = 64;
const TEXT_LENGTH = 256;
const STEP = /^[+-]?\d{1,3}(\.\d{1,6})?%?$/;

export interface InformMessage {
  module: string;
  version: string;
}

export interface ProgressMessage {
  module: string;
  /** -999 to 100. */
  step: number;
  text: string | null;
}

export interface FirmwareGetMessage {
  id: MessageId;
  module: string;
}

export function informMessage(body: unknown): InformMessage | Unreadable {
  const params = own(body, 'params');
  if (!isObject(params)) return MALFORMED;
  const module = readModule(own(params, 'module'));
  if ('unreadable' in module) return { ...module, said: own(params, 'module') };
  const version = readVersion(own(params, 'version'));
  return 'unreadable' in version ? { ...version, said: own(params, 'version') } : { ...module, ...version };
}

export function progressMessage(body: unknown): ProgressMessage | Unreadable {
  const params = own(body, 'params');
  if (!isObject(params)) return MALFORMED;
  const module = readModule(own(params, 'module'));
  if ('unreadable' in module) return { ...module, said: own(params, 'module') };
  const step = stepOf(own(params, 'step'));
  if (step === null) return { unreadable: 'STEP', said: own(params, 'step') };
  const text = textOf(own(params, 'desc'))?.trim().slice(0, TEXT_LENGTH);
  return { ...module, step, text: text ? text : null };
}

/** The id is echoed in its own type; a device that sends none gets `"0"`, because it may look for the member. */
export function idOf(body: unknown): MessageId | null {
  if (!isObject(body) || Array.isArray(body)) return null;
  const id = own(body, 'id') ?? '0';
  return typeof id === 'number' || (typeof id === 'string' && id.length <= ID_LENGTH) ? id : null;
}

export function firmwareGetMessage(body: unknown): FirmwareGetMessage | Unreadable {
  const id = idOf(body);
  if (id === null) return MALFORMED;
  const params = own(body, 'params');
  const module = readModule(own(params, 'module'));
  return 'unreadable' in module ? { ...module, said: own(params, 'module') } : { id, ...module };
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function stepOf(step: unknown): number | null {
  const text = textOf(step)?.trim();
  if (text === undefined || !STEP.test(text)) return null;
  const value = Math.trunc(Number.parseFloat(text)) + 0;
  return value > 100 ? null : value;
}
