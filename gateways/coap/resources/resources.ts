import type { SampledLog } from '../../../core/sampled-log';
import type { Admit } from '../../admission';
import { inTime } from '../../in-time';
import type { CoapResponse, Respond } from '../front/answers';
import type { Peer } from '../front/peer';
import { writeBlock } from '../message/block-option';
import { CODE } from '../message/codes';
import type { CoapMessage, CoapOption } from '../message/message';
import { OPTION, pathOf, queriesOf, uintOf, uintOption } from '../message/options';
import type { CoapMetrics } from '../metrics';
import { type Block1Limits, createBlock1, type Received } from './block1';
import { type Handler, type Resource, type ResourceRequest, refusal, tryAgain } from './resource';

interface ResourcesDeps {
  /** By the first segment of the path. */
  resources: Readonly<Record<string, Resource>>;
  block1: Block1Limits;
  /** So many are worked at together; the rest waits, or is told to come again. */
  admit: Admit;
  /** Whether more may come from the address now. */
  mayAsk(address: string): boolean;
  metrics: Pick<CoapMetrics, 'turnedAway'>;
  sampled: SampledLog;
}

/** Answers what devices ask of this server, downloads aside: each request gets one response, whatever becomes of it. */
export function createResources(deps: ResourcesDeps): (peer: Peer, message: CoapMessage, respond: Respond) => Promise<void> {
  const { admit, mayAsk, metrics, sampled } = deps;
  const resources = new Map(Object.entries(deps.resources));
  const take = createBlock1(deps.block1);

  async function work(handler: Handler, request: ResourceRequest): Promise<CoapResponse> {
    try {
      const answer = await admit(
        () => inTime(handler(request)),
        () => true,
      );
      if (answer !== null) return answer;
      metrics.turnedAway.overloaded.inc();
    } catch (error) {
      metrics.turnedAway.unavailable.inc();
      sampled.error('coap request', { err: error }, 'A device was told to come again: core did not answer');
    }
    return tryAgain();
  }

  async function answerTo(peer: Peer, message: CoapMessage): Promise<CoapResponse> {
    const [first = '', ...rest] = pathOf(message);
    const handlers = resources.get(first)?.(rest) ?? null;
    if (handlers === null) return refusal(CODE.notFound, 'Not here');
    const handler = handlers[message.code];
    if (handler === undefined) return refusal(CODE.methodNotAllowed, 'Not that method');
    if (!mayAsk(peer.address)) {
      metrics.turnedAway.too_often.inc();
      return tryAgain();
    }
    const received = take(peer.key, message);
    if ('code' in received) return { code: received.code, options: blockOptions(received) };
    const contentFormat = uintOf(message, OPTION.contentFormat) ?? null;
    const answer = await work(handler, { peer, rest, queries: queriesOf(message), contentFormat, body: received.body });
    return { ...answer, options: [...(answer.options ?? []), ...blockOptions(received)] };
  }

  return async (peer, message, respond) => respond(await answerTo(peer, message));
}

function blockOptions(received: Received): CoapOption[] {
  const { block } = received;
  const size1 = 'size1' in received ? received.size1 : undefined;
  return [
    ...(block ? [{ number: OPTION.block1, value: writeBlock(block) }] : []),
    ...(size1 === undefined ? [] : [uintOption(OPTION.size1, size1)]),
  ];
}
