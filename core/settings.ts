import type { CellSettings } from '../schema/model/cell/gate';
import type { Limits } from '../schema/model/limits';
import type { WaitsByDialect } from '../schema/model/task/waits';

export interface CoreSettings {
  limits: Limits;
  /** What download URLs begin with, e.g. `https://fw.example`: no trailing slash, and no port where Link SDKs are served (device-protocols §1.6). */
  publicBaseUrl: string;
  /** What addresses over CoAP begin with, e.g. `coap://fw.example:5683`, where such a port is open. */
  coapBaseUrls?: Partial<Record<'coap' | 'coaps', string>>;
  /** Length of a policy's minute in milliseconds: 60,000 save in tests. */
  minuteMs: number;
  /** A pushed task without a reaction is pushed again after so many minutes, while its device is connected. */
  reofferMinutes: number;
  /** After a device connects, its version report is awaited so long before a push. */
  settleMs: number;
  /** R-FLOW-2. */
  waits: WaitsByDialect;
  /** R-FLOW-4. */
  cells: CellSettings;
  /** So many minutes after a success another version goes on the task's record; 60 when not given. */
  regressionMinutes?: number;
  /** Rules of dynamic groups are read anew after so long; 1,000 when not given. */
  groupRulesAgeMs?: number;
}
