import type { SampledLog } from '../../core/sampled-log';
import type { DeviceId } from '../../schema/model/ids';
import { createBlockAnswers } from './blocks/block-answers';
import { isForFile } from './blocks/decide-block';
import type { createBounds } from './bounds';
import type { CoapCore } from './core';
import type { Respond } from './front/answers';
import type { Peer } from './front/peer';
import type { Conversations, Registered } from './lwm2m/conversations';
import { CODE } from './message/codes';
import type { CoapMessage } from './message/message';
import type { CoapMetrics } from './metrics';
import type { RegisteredPeers } from './registered-peers';
import { BLOCK1_LIMITS } from './resources/block1';
import { createDp } from './resources/dp';
import { createRd } from './resources/rd';
import { createResources } from './resources/resources';
import { wellKnown } from './resources/well-known';
import { provenDevice } from './session-peer';
import type { Upgrades } from './upgrades/upgrades';

interface RequestHandlerDeps {
  core: CoapCore;
  gatewayId: string;
  peers: RegisteredPeers;
  /** Null: no device is registered from there. */
  registeredAt(peer: Peer): Promise<Registered | null>;
  conversations: Pick<Conversations, 'heard' | 'registered'>;
  upgrades: Pick<Upgrades, 'heard' | 'registered' | 'told'>;
  boundsOf: ReturnType<typeof createBounds>;
  metrics: CoapMetrics;
  sampled: SampledLog;
  onError(error: unknown): void;
}

/** A block is computed again, which costs less than to remember all that were sent. */
export const isRepeatable = (request: CoapMessage): boolean => request.code === CODE.get && isForFile(request);

/** What devices ask of this server: blocks of package files, and whatever is about their registration. */
export function createRequestHandler(
  deps: RequestHandlerDeps,
): (peer: Peer, request: CoapMessage, respond: Respond) => void | Promise<void> {
  const { core, gatewayId, peers, registeredAt, conversations, upgrades, boundsOf, metrics, sampled, onError } = deps;
  const { registrations, downloads } = core;

  /** What a device has registered with elsewhere is not this gateway's to say. */
  function onBlock(deviceId: DeviceId): void {
    const known = peers.ofDevice(deviceId);
    if (known) conversations.heard(known);
  }

  function onRegistered(device: Registered, { by, moved }: { by: 'register' | 'update'; moved: boolean }): void {
    conversations.registered(device, moved);
    upgrades[by === 'register' ? 'registered' : 'heard'](device.deviceId);
  }

  const answerBlock = createBlockAnswers({ downloads, metrics: metrics.blocks, onHeard: onBlock, onError });

  const resourcesFor = (kind: Pick<Peer, 'identity'>) => {
    const { mayAsk, mayRegister, admit } = boundsOf(kind);
    return createResources({
      resources: {
        rd: createRd({ registrations, gatewayId, peers, mayRegister, onRegistered, metrics }),
        dp: createDp({ onHeard: conversations.heard, onTold: ({ deviceId }, told) => upgrades.told(deviceId, told), registeredAt }),
        '.well-known': wellKnown,
      },
      block1: BLOCK1_LIMITS,
      admit,
      mayAsk,
      metrics,
      sampled,
    });
  };
  /** Each with its own memory for bodies in blocks. */
  const answerStranger = resourcesFor({ identity: null });
  const answerProven = resourcesFor({ identity: '' });

  return (peer, request, respond) => {
    if (!isForFile(request)) return (peer.identity === null ? answerStranger : answerProven)(peer, request, respond);
    const answer = answerBlock({ peer: peer.key, deviceId: provenDevice(peer) }, request);
    return answer instanceof Promise ? answer.then(respond) : respond(answer);
  };
}
