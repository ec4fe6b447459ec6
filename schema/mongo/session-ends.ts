import type { DeviceId } from '../model/ids';
import { date, schemaOf, text } from './declaration';

/** A gateway process, or the gateways of a broker, must look whether the device's session may go on. */
export interface SessionEnd {
  _id: string;
  gatewayId: string;
  deviceId: DeviceId;
  at: Date;
}

/** Whoever has not looked in so long has died, and its sessions with it. */
const KEPT_S = 3_600;

export const sessionEndSchema = schemaOf<SessionEnd>({ _id: text, gatewayId: text, deviceId: text, at: date });
sessionEndSchema.index({ gatewayId: 1, at: 1 });
sessionEndSchema.index({ at: 1 }, { expireAfterSeconds: KEPT_S });
