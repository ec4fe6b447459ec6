/** No acknowledgement after all retransmissions, or an acknowledgement and then no response. */
export class CoapTimeout extends Error {
  override readonly name = 'CoapTimeout';
  constructor(readonly missing: 'acknowledgement' | 'response') {
    super(`The device sent no ${missing} in time`);
  }
}

/** The device rejected the message: it lacks the context to process it (RFC 7252 §4.2). */
export class CoapReset extends Error {
  override readonly name = 'CoapReset';
  constructor() {
    super('The device rejected the request with a reset');
  }
}

/** The request was not sent: too many are under way, all message ids were used lately, or its token is in use at this peer. */
export class CoapBusy extends Error {
  override readonly name = 'CoapBusy';
  constructor(readonly reason: 'outstanding' | 'message_ids' | 'token_in_use') {
    super(`The request was not sent: ${reason}`);
  }
}

export class CoapClosed extends Error {
  override readonly name = 'CoapClosed';
  constructor() {
    super('The gateway stops');
  }
}
