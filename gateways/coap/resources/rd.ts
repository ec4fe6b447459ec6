import type { Accepted, GatewayRegistrations } from '../../../core/registrations/contract';
import { readRegister, readUpdate } from '../../../schema/model/registration/parameters';
import { REGISTRATION_REFUSALS, type Refused } from '../../../schema/model/registration/refusals';
import { inEvenTime } from '../even-time';
import type { CoapResponse } from '../front/answers';
import type { Peer } from '../front/peer';
import type { Registered } from '../lwm2m/conversations';
import { CONTENT_FORMAT } from '../lwm2m/formats/content-format';
import { CODE } from '../message/codes';
import { OPTION, textOptions } from '../message/options';
import type { CoapMetrics } from '../metrics';
import type { RegisteredPeers } from '../registered-peers';
import { isGone, proofOf } from '../session-peer';
import { readRegisteredLinks } from './registered-links';
import { type Handler, type Resource, type ResourceRequest, refusal, tryAgain } from './resource';

interface RdDeps {
  registrations: Pick<GatewayRegistrations, 'register' | 'update' | 'deregister'>;
  gatewayId: string;
  peers: RegisteredPeers;
  /** Whether a device that says who it is may register now. */
  mayRegister(name: string, address: string): boolean;
  /** By a Register or an Update. `moved`: its registration is another one than before, or it is elsewhere. */
  onRegistered(device: Registered, how: { by: 'register' | 'update'; moved: boolean }): void;
  evenly?: typeof inEvenTime;
  metrics: Pick<CoapMetrics, 'registrations' | 'refusals' | 'turnedAway'>;
}

const PATH = 'rd';

/** `/rd`: Register, Update and De-register (LwM2M Core 1.1 §6.2, Transport 1.1 §6.4.3). */
export function createRd({ registrations, gatewayId, peers, mayRegister, onRegistered, metrics, evenly = inEvenTime }: RdDeps): Resource {
  const whereOf = ({ identity, address, port }: Peer) => ({ gatewayId, identity, peer: { address, port } });

  function keep({ registrationId, deviceId }: Accepted, peer: Peer, by: 'register' | 'update'): void {
    // Its session may have ended before the store had answered.
    if (isGone(peer)) return;
    const before = peers.ofDevice(deviceId);
    peers.set({ registrationId, deviceId, peer });
    const moved = before?.registrationId !== registrationId || before.peer.key !== peer.key;
    onRegistered({ registrationId, deviceId }, { by, moved });
  }

  function refused(why: Refused): CoapResponse {
    metrics.refusals[why.refused].inc();
    return answerOf(why);
  }

  const register: Handler = async (request) => {
    const parameters = readRegister(request.queries);
    if ('refused' in parameters) return refused(parameters);
    const links = linksOf(request);
    if ('code' in links) return links;
    if (!mayRegister(request.peer.identity ?? parameters.endpoint ?? '', request.peer.address)) {
      metrics.turnedAway.too_often.inc();
      return tryAgain();
    }
    const input = { ...parameters, ...links.links, ...whereOf(request.peer), proof: proofOf(request.peer) };
    const ask = () => registrations.register(input);
    // How long it takes is not to tell a stranger which endpoint names there are.
    const accepted = await (request.peer.identity === null ? evenly(ask) : ask());
    if ('refused' in accepted) return refused(accepted);
    keep(accepted, request.peer, 'register');
    metrics.registrations.registered.inc();
    return { code: CODE.created, options: textOptions(OPTION.locationPath, [PATH, accepted.registrationId]) };
  };

  const update: Handler = async (request) => {
    const parameters = readUpdate(request.queries);
    if ('refused' in parameters) return refused(parameters);
    const links = linksOf(request);
    if ('code' in links) return links;
    const [registrationId = ''] = request.rest;
    const accepted = await registrations.update(registrationId, { ...parameters, ...links, ...whereOf(request.peer) });
    if ('refused' in accepted) return refused(accepted);
    keep(accepted, request.peer, 'update');
    metrics.registrations.updated.inc();
    return { code: CODE.changed };
  };

  const deregister: Handler = async ({ rest: [registrationId = ''], peer }) => {
    const gone = await registrations.deregister(registrationId, whereOf(peer));
    if ('refused' in gone) return refused(gone);
    peers.forget(gone.deviceId);
    metrics.registrations.deregistered.inc();
    return { code: CODE.deleted };
  };

  const ofRegistration = { [CODE.post]: update, [CODE.delete]: deregister };
  const ofAll = { [CODE.post]: register };
  return (rest) => (rest.length === 0 ? ofAll : rest.length === 1 ? ofRegistration : null);
}

/** Without a body there are none, and an Update leaves those that are known. */
function linksOf({ contentFormat, body }: ResourceRequest): ReturnType<typeof readRegisteredLinks> | CoapResponse | { links?: undefined } {
  if (body.length === 0) return {};
  if (contentFormat !== null && contentFormat !== CONTENT_FORMAT.links)
    return refusal(CODE.unsupportedContentFormat, 'Expected Content-Format 40, links');
  return readRegisteredLinks(body);
}

/** In words, for whoever looks at what the device got. */
const TEXTS: Record<Refused['refused'], string> = {
  malformed: 'A parameter cannot be read',
  no_endpoint: 'Expected ep, the endpoint name',
  wrong_version: 'Expected lwm2m=1.0, 1.1 or 1.2',
  wrong_identity: '',
  unknown_endpoint: '',
  plain_not_allowed: '',
  disabled: '',
  too_many_links: 'Too many links',
  too_many_registrations: '',
  busy: '',
  unknown_registration: '',
};

function answerOf({ refused: reason }: Refused): CoapResponse {
  const [kind, detail] = REGISTRATION_REFUSALS[reason].split('.').map(Number) as [number, number];
  const code = (kind << 5) | detail;
  return code === CODE.serviceUnavailable ? tryAgain() : refusal(code, TEXTS[reason]);
}
