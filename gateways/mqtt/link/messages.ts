import { DEFAULT_MODULE } from '../../../schema/model/ids';
import { own } from './lenient-json';

/**
 * What devices send (device-protocols §1.3), checked by hand: this runs for every message. Numbers may come as strings and strings as numbers.
 * Null: not such a message.
 */
export type MessageId = string | number;

const ID_LENGTH = 64;
const TEXT_LENGTH = 256;
/** Names of members in the store: no dots, and nothing that objects already have. */
const MODULE = /^(?!__proto__$)[A-Za-z0-9_-]{1,64}$/;
const VERSION = /^[\x21-\x7e]{1,64}$/;
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

export function informMessage(body: unknown): InformMessage | null {
  const params = own(body, 'params');
  const module = moduleOf(params);
  const version = textOf(own(params, 'version'))?.trim();
  if (module === null || version === undefined || !VERSION.test(version)) return null;
  return { module, version };
}

export function progressMessage(body: unknown): ProgressMessage | null {
  const params = own(body, 'params');
  const module = moduleOf(params);
  const step = stepOf(own(params, 'step'));
  if (module === null || step === null) return null;
  const text = textOf(own(params, 'desc'))?.trim().slice(0, TEXT_LENGTH);
  return { module, step, text: text ? text : null };
}

/** The id is echoed in its own type; a device that sends none gets `"0"`, because it may look for the member. */
export function idOf(body: unknown): MessageId | null {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return null;
  const id = own(body, 'id') ?? '0';
  return typeof id === 'number' || (typeof id === 'string' && id.length <= ID_LENGTH) ? id : null;
}

export function firmwareGetMessage(body: unknown): FirmwareGetMessage | null {
  const id = idOf(body);
  const module = moduleOf(own(body, 'params'));
  return id === null || module === null ? null : { id, module };
}

function moduleOf(params: unknown): string | null {
  const module = own(params, 'module');
  if (module === undefined || module === null || module === '') return DEFAULT_MODULE;
  const name = textOf(module);
  return name !== null && MODULE.test(name) ? name : null;
}

function stepOf(step: unknown): number | null {
  const text = textOf(step)?.trim();
  if (text === undefined || !STEP.test(text)) return null;
  const value = Math.trunc(Number.parseFloat(text)) + 0;
  return value > 100 ? null : value;
}

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : null;
}
