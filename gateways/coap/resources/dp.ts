import type { Peer } from '../front/peer';
import type { Registered } from '../lwm2m/conversations';
import { CONTENT_FORMAT } from '../lwm2m/formats/content-format';
import { decode } from '../lwm2m/formats/decode';
import type { Resources } from '../lwm2m/formats/decoded';
import { CODE } from '../message/codes';
import { type Handler, type Resource, refusal } from './resource';

interface DpDeps {
  onHeard(device: Registered): void;
  /** Rejects when it can't be taken now: the device may send it again. */
  onTold(device: Registered, resources: Pick<Resources, 'resources'>): Promise<void>;
  /** Null: no device is registered from there. */
  registeredAt(peer: Peer): Promise<Registered | null>;
}

const FORMATS: readonly (number | null)[] = [CONTENT_FORMAT.senmlJson, CONTENT_FORMAT.senmlCbor];

/** `/dp`: what a registered device sends on its own, Send (LwM2M Core 1.1 §6.4.7). It is a sign of life, and as good as a notification. */
export function createDp({ onHeard, onTold, registeredAt }: DpDeps): Resource {
  const send: Handler = async ({ peer, contentFormat, body }) => {
    const registered = await registeredAt(peer);
    if (registered === null) return refusal(CODE.notFound, 'Not registered');
    if (contentFormat === null || !FORMATS.includes(contentFormat))
      return refusal(CODE.unsupportedContentFormat, 'Expected SenML: Content-Format 110 or 112');
    const decoded = decode(body, contentFormat, []);
    if ('unreadable' in decoded) return refusal(CODE.badRequest, 'The values cannot be read');
    onHeard(registered);
    await onTold(registered, decoded);
    return { code: CODE.changed };
  };
  return (rest) => (rest.length === 0 ? { [CODE.post]: send } : null);
}
