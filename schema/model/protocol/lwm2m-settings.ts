import type { Violation } from '../violation';
import { wholeNumberViolations } from '../whole-number';

/** How the LwM2M devices of a product are spoken to. */
export interface Lwm2mSettings {
  /** Those without a pre-shared key may register without DTLS, by their endpoint name alone. */
  plainCoap: boolean;
  /** In queue mode: how long a device listens after its last message. */
  awakeSeconds: number;
  /** How long a first transmission waits for its acknowledgement (RFC 7252 §4.8, ACK_TIMEOUT). */
  ackTimeoutSeconds: number;
}

/** MAX_TRANSMIT_WAIT and ACK_TIMEOUT of RFC 7252 §4.8. */
export const LWM2M_DEFAULTS: Lwm2mSettings = { plainCoap: false, awakeSeconds: 93, ackTimeoutSeconds: 2 };

type Given = { [N in keyof Lwm2mSettings]?: Lwm2mSettings[N] | null };

export const lwm2mSettingsOf = ({ plainCoap, awakeSeconds, ackTimeoutSeconds }: Given): Lwm2mSettings => ({
  plainCoap: plainCoap ?? LWM2M_DEFAULTS.plainCoap,
  awakeSeconds: awakeSeconds ?? LWM2M_DEFAULTS.awakeSeconds,
  ackTimeoutSeconds: ackTimeoutSeconds ?? LWM2M_DEFAULTS.ackTimeoutSeconds,
});

/** Those that are given, for the store. */
export const givenLwm2mSettings = ({ plainCoap, awakeSeconds, ackTimeoutSeconds }: Given): Partial<Lwm2mSettings> => ({
  ...(plainCoap != null && { plainCoap }),
  ...(awakeSeconds != null && { awakeSeconds }),
  ...(ackTimeoutSeconds != null && { ackTimeoutSeconds }),
});

/** NB-IoT takes 10 to 15 s; with 30 s the last of four retransmissions is given up after a quarter of an hour or more. */
const LONGEST_ACK_SECONDS = 30;
const LONGEST_AWAKE_SECONDS = 3_600;

export const lwm2mSettingViolations = ({ awakeSeconds, ackTimeoutSeconds }: Given): Violation[] => [
  ...(awakeSeconds == null ? [] : wholeNumberViolations('awakeSeconds', 'awake window', 'seconds', awakeSeconds, 1, LONGEST_AWAKE_SECONDS)),
  ...(ackTimeoutSeconds == null
    ? []
    : wholeNumberViolations('ackTimeoutSeconds', 'ACK time-out', 'seconds', ackTimeoutSeconds, 1, LONGEST_ACK_SECONDS)),
];
