import type { BrokerPresence } from '../core/devices/broker-presence';
import type { DeviceService } from '../core/devices/contract';
import type { DownloadService } from '../core/downloads/contract';
import type { TaskService } from '../core/tasks/contract';

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
  tasks: Pick<TaskService, 'report' | 'requested' | 'ignored'>;
  downloads: Pick<DownloadService, 'block'>;
}
