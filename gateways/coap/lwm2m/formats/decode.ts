import { CONTENT_FORMAT } from './content-format';
import { type Decoded, MOST_PAYLOAD_BYTES } from './decoded';
import { decodeLwm2mJson } from './lwm2m-json';
import { isValuePath, type Path } from './path';
import { decodeSenmlCbor } from './senml-cbor';
import { decodeSenmlJson } from './senml-json';
import { decodeCbor, decodeOpaque, decodeText } from './single-value';
import { decodeTlv } from './tlv';

type Decoder = (payload: Buffer, base: Path) => Decoded;

const DECODERS: ReadonlyMap<number, Decoder> = new Map<number, Decoder>([
  [CONTENT_FORMAT.text, decodeText],
  [CONTENT_FORMAT.opaque, decodeOpaque],
  [CONTENT_FORMAT.cbor, decodeCbor],
  [CONTENT_FORMAT.senmlJson, decodeSenmlJson],
  [CONTENT_FORMAT.senmlCbor, decodeSenmlCbor],
  [CONTENT_FORMAT.tlv, decodeTlv],
  [CONTENT_FORMAT.legacyTlv, decodeTlv],
  [CONTENT_FORMAT.json, decodeLwm2mJson],
  [CONTENT_FORMAT.legacyJson, decodeLwm2mJson],
]);

/**
 * Reads what a device says about `base`, by the Content-Format of its message and not by the one that was asked for: some clients answer
 * in TLV whatever the request says. Without a Content-Format one resource is in plain text, anything else in TLV (LwM2M 1.0 §6.4).
 *
 * Never throws. `base` is `[]` for what the device sends on its own.
 */
export function decode(payload: Buffer, contentFormat: number | undefined, base: Path): Decoded {
  if (payload.length > MOST_PAYLOAD_BYTES) return { unreadable: 'too_long' };
  const decoder = DECODERS.get(contentFormat ?? (isValuePath(base) ? CONTENT_FORMAT.text : CONTENT_FORMAT.tlv));
  return decoder === undefined ? { unreadable: 'unknown_format' } : decoder(payload, base);
}
