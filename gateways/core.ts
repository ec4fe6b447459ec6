import type { DeviceReports, DeviceService, DownloadService } from '../core/core';
import type { BrokerPresence } from '../core/devices/broker-presence';

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
    | 'gatewaysOver'
    | 'connected'
    | 'stillConnected'
    | 'disconnected'
    | 'gatewayReset'
    | keyof BrokerPresence
  >;
  tasks: DeviceReports;
  downloads: Pick<DownloadService, 'block'>;
}
