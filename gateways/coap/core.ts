import type { DeviceService } from '../../core/devices/contract';
import type { DownloadService } from '../../core/downloads/contract';
import type { GatewayRegistrations } from '../../core/registrations/contract';
import type { Lwm2mUpgrades } from '../../core/reports/lwm2m/contract';

/** The part of core that CoAP asks. */
export interface CoapCore {
  devices: Pick<DeviceService, 'pskOf' | 'reviewConnected' | 'lwm2mSessionEnds' | 'onSessionEnds'>;
  registrations: GatewayRegistrations;
  downloads: Pick<DownloadService, 'tokenBlock'>;
  upgrades: Lwm2mUpgrades;
}
