import type { BrokerPresence } from '../core/devices/broker-presence';
import type { DeviceService } from '../core/devices/contract';
import type { DownloadService } from '../core/downloads/contract';
import type { DeviceReports } from '../core/reports/contract';

/** The part of core that gateways ask. */
export interface GatewayCore {
  devices: Pick<
    DeviceService,
    | 'credentials'
    | 'credentialsOfNode'
    | 'reviewConnected'
    | 'disabledOn'
    | 'sessionEndsAt'
    | 'onSessionEnds'
    | 'childrenOf'
    | 'parentsOf'
    | 'connected'
    | 'stillConnected'
    | 'disconnected'
    | 'gatewayReset'
    | keyof BrokerPresence
  >;
  tasks: DeviceReports;
  downloads: Pick<DownloadService, 'block'>;
}
