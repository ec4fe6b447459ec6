/** How often a misbehaviour happens before the device behaves. */
export type Times = number | 'always';

/** `untilTold`: before the device relents. */
export type Held = Times | 'untilTold';

export interface Repeated {
  /** Default: always. */
  times?: Times;
}

export interface RepeatedOrHeld {
  /** Default: always. */
  times?: Held;
}
