/** Content-Formats of CoAP (RFC 7252 §12.3, RFC 8428 §12.3) and those that the OMA registered for LwM2M; 1542 and 1543 are older numbers of the latter. */
export const CONTENT_FORMAT = {
  text: 0,
  links: 40,
  opaque: 42,
  cbor: 60,
  senmlJson: 110,
  senmlCbor: 112,
  legacyTlv: 1542,
  legacyJson: 1543,
  tlv: 11542,
  json: 11543,
} as const;
