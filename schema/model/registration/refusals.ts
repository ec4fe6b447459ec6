/** What a Register, Update or De-register is refused for, and the CoAP code that says so (RFC 7252, 5.9): class and detail. */
export const REGISTRATION_REFUSALS = {
  /** Something in its parameters cannot be read. */
  malformed: '4.00',
  /** Without DTLS a device has to say which one it is. */
  no_endpoint: '4.00',
  /** A version of LwM2M that is not spoken here. */
  wrong_version: '4.12',
  /** The endpoint is not the identity's, or the identity is nobody's. */
  wrong_identity: '4.03',
  unknown_endpoint: '4.03',
  /** The product's devices register with DTLS only. */
  plain_not_allowed: '4.03',
  disabled: '4.03',
  /** More objects and instances than `limits.registrationLinks`. */
  too_many_links: '4.13',
  /** As many as `limits.lwm2mRegistrations` are there. */
  too_many_registrations: '5.03',
  /** More at once than can be worked at. */
  busy: '5.03',
  /** Never made, over, or replaced: the device registers anew. */
  unknown_registration: '4.04',
} as const;

export type RegistrationRefusal = keyof typeof REGISTRATION_REFUSALS;

export interface Refused {
  refused: RegistrationRefusal;
}

export const isRefused = (answer: object): answer is Refused => 'refused' in answer;
