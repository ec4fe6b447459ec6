import type { CoapResponse } from '../front/answers';
import type { Peer } from '../front/peer';
import { CODE } from '../message/codes';
import { OPTION, uintOption } from '../message/options';

/** A request of a device, with its body in one piece. */
export interface ResourceRequest {
  peer: Peer;
  /** What stands in the path behind the resource. */
  rest: readonly string[];
  /** Each as `name=value`, or as a name alone. */
  queries: readonly string[];
  /** Null: not said. */
  contentFormat: number | null;
  body: Buffer;
}

/** What answers the requests for one path, by method code. One that is not there is answered 4.05; null: there is no such path, 4.04. */
export type Resource = (rest: readonly string[]) => Partial<Record<number, Handler>> | null;
export type Handler = (request: ResourceRequest) => Promise<CoapResponse>;

/** How long a device may leave it before it tries again, in seconds. */
const TRY_AGAIN_SECONDS = 60;

/** Core is away, or there is more to do than can be done. */
export const tryAgain = (seconds = TRY_AGAIN_SECONDS): CoapResponse => ({
  code: CODE.serviceUnavailable,
  options: [uintOption(OPTION.maxAge, seconds)],
});

/** The text helps whoever looks at the device's log. */
export const refusal = (code: number, text: string): CoapResponse => ({ code, payload: Buffer.from(text) });
