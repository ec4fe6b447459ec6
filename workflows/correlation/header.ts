import { defaultPayloadConverter, type Headers, type Payload } from '@temporalio/common';

const HEADER = 'updraft-correlation-id';
/** What an operation over WebSocket has at most: an id of 128 characters, and its number. */
const LONGEST = 160;

/** The headers, with the id in them. */
export const withId = (headers: Headers, id: string): Headers => withPayload(headers, defaultPayloadConverter.toPayload(id));

/** The headers, with what others had of `payloadIn`. */
export const withPayload = (headers: Headers, payload: Payload | undefined): Headers =>
  payload === undefined ? headers : { ...headers, [HEADER]: payload };

export const payloadIn = (headers: Headers): Payload | undefined => headers[HEADER];

/** Undefined for what is no id: it goes into log lines only, for which nothing may fail. */
export function idOf(payload: Payload | undefined): string | undefined {
  if (payload === undefined) return undefined;
  try {
    const id: unknown = defaultPayloadConverter.fromPayload(payload);
    return typeof id === 'string' && id !== '' && id.length <= LONGEST ? id : undefined;
  } catch {
    return undefined;
  }
}
