import type { SampledLog } from '../../core/sampled-log';
import type { DeviceId } from '../../schema/model/ids';
import { createAdmission } from '../admission';
import { ANSWER_WITHIN_MS } from '../in-time';
import { createBlockAnswers } from './blocks/block-answers';
import { isForFile } from './blocks/decide-block';
import type { CoapCore } from './core';
import type { Respond } from './front/answers';
import type { Peer } from './front/peer';
import { CODE } from './message/codes';
import type { CoapMessage } from './message/message';
import type { CoapMetrics } from './metrics';
import type { CoapQuotas } from './quotas';
import { createCoapRateLimits } from './rate-limits';
import type { RegisteredPeer, RegisteredPeers } from './registered-peers';
import { BLOCK1_LIMITS } from './resources/block1';
import { createDp } from './resources/dp';
import { createRd } from './resources/rd';
import { createResources } from './resources/resources';
import { wellKnown } from './resources/well-known';
import { provenDevice } from './session-peer';

interface RequestHandlerDeps {
  core: CoapCore;
  gatewayId: string;
  peers: RegisteredPeers;
  quotas: CoapQuotas;
  metrics: CoapMetrics;
  sampled: SampledLog;
  onError(error: unknown): void;
}

/** A block is computed again, which costs less than to remember all that were sent. */
export const isRepeatable = (request: CoapMessage): boolean => request.code === CODE.get && isForFile(request);

/** What devices ask of this server: blocks of package files, and whatever is about their registration. */
export function createRequestHandler(deps: RequestHandlerDeps): (peer: Peer, request: CoapMessage, respond: Respond) => Promise<void> {
  const { core, gatewayId, peers, quotas, metrics, sampled, onError } = deps;
  const { registrations, downloads } = core;
  const { mayAsk, mayRegister } = createCoapRateLimits(quotas);

  /** This process knows whom it has heard register; the store knows everybody. */
  async function registeredAt(peer: Peer): Promise<Pick<RegisteredPeer, 'registrationId'> | null> {
    const known = peers.ofPeer(peer);
    if (known) return known;
    const deviceId = provenDevice(peer);
    if (deviceId === null) return registrations.registrationAt(gatewayId, peer);
    const registration = await registrations.registrationOf(deviceId);
    return registration?.identity === peer.identity ? registration : null;
  }

  /** What a device has registered with elsewhere is not this gateway's to say. */
  function onHeard(deviceId: DeviceId): void {
    const known = peers.ofDevice(deviceId);
    if (known) registrations.heard(known.registrationId, gatewayId);
  }

  const answerBlock = createBlockAnswers({ downloads, metrics: metrics.blocks, onHeard, onError });
  const answerOther = createResources({
    resources: {
      rd: createRd({ registrations, gatewayId, peers, mayRegister, metrics }),
      dp: createDp({ registrations, gatewayId, registeredAt }),
      '.well-known': wellKnown,
    },
    block1: BLOCK1_LIMITS,
    admit: createAdmission({ concurrent: quotas.requests, waiting: quotas.requestsWaiting, waitMs: ANSWER_WITHIN_MS }),
    mayAsk,
    metrics,
    sampled,
  });

  return async (peer, request, respond) => {
    if (!isForFile(request)) return answerOther(peer, request, respond);
    respond(await answerBlock({ peer: peer.key, deviceId: provenDevice(peer) }, request));
  };
}
