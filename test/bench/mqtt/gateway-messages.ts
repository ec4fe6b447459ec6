/** To the gateway's process; every question is answered with the figures. `settle` collects garbage first. */
export type GatewayQuestion = { kind: 'count' } | { kind: 'settle' } | { kind: 'notify'; devices: number };

export interface GatewayAnswer {
  sessions: number;
  received: number;
  dropped: number;
}
