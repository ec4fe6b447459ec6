/** How often a misbehaviour happens before the device behaves. */
export type Times = number | 'always';

export interface Repeated {
  /** Default: always. */
  times?: Times;
}
