import type { CoapRequest } from '../../front/requests';
import { type Block, writeBlock } from '../../message/block-option';
import { CODE } from '../../message/codes';
import { OPTION, pathOptions, textOptions, uintOption } from '../../message/options';
import { CONTENT_FORMAT } from '../formats/content-format';

/** The resource that an operation is about: `/5/0/3`, behind the root path that the device has registered. */
export interface Target {
  /** Empty for most devices; `/lwm2m` and the like for others. */
  root: string;
  path: string;
}

/** What leaves as one message; a longer body would need Block1. */
export const MOST_BODY_BYTES = 1_024;

export interface Body {
  contentFormat: number;
  payload: Buffer;
}

export const textBody = (text: string): Body => ({ contentFormat: CONTENT_FORMAT.text, payload: Buffer.from(text, 'utf8') });

export const uriPath = ({ root, path }: Target) => pathOptions(`${root}${path}`.split('/').filter((segment) => segment !== ''));

export interface ReadOptions {
  /** Null: none is asked for. */
  accept: number | null;
  /** 0 to observe, 1 to end it (RFC 7641 §2). */
  observe?: 0 | 1;
  block?: Pick<Block, 'num' | 'szx'>;
}

/** Read, Observe and its end (LwM2M Core 1.1, §6.3.1, §6.4; Transport §6.4). */
export function readRequest(target: Target, { accept, observe, block }: ReadOptions): CoapRequest {
  return {
    code: CODE.get,
    options: [
      ...(observe === undefined ? [] : [uintOption(OPTION.observe, observe)]),
      ...uriPath(target),
      ...(accept === null ? [] : [uintOption(OPTION.accept, accept)]),
      ...(block === undefined ? [] : [{ number: OPTION.block2, value: writeBlock({ ...block, more: false }) }]),
    ],
  };
}

/** Write of one resource (LwM2M Core 1.1, §6.3.3). */
export function writeRequest(target: Target, { contentFormat, payload }: Body): CoapRequest {
  if (payload.length > MOST_BODY_BYTES) throw new RangeError(`A body of ${payload.length} bytes does not fit in one message`);
  return { code: CODE.put, options: [...uriPath(target), uintOption(OPTION.contentFormat, contentFormat)], payload };
}

/** Execute without arguments (LwM2M Core 1.1, §6.3.5). */
export const executeRequest = (target: Target): CoapRequest => ({ code: CODE.post, options: uriPath(target) });

/** Attributes of notifications by their names, such as `pmin` and `pmax` in seconds (LwM2M Core 1.1, §7.3). */
export type Attributes = Readonly<Record<string, number>>;

/** Write-Attributes (LwM2M Core 1.1, §6.3.4). */
export function writeAttributesRequest(target: Target, attributes: Attributes): CoapRequest {
  const queries = Object.entries(attributes).map(([name, value]) => `${name}=${value}`);
  return { code: CODE.put, options: [...uriPath(target), ...textOptions(OPTION.uriQuery, queries)] };
}
