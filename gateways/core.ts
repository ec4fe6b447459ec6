import type { DeviceService, DownloadService, TaskService } from '../core/core';

/** The part of core that gateways ask. */
export interface GatewayCore {
  devices: Pick<
    DeviceService,
    'credentials' | 'credentialsOfNode' | 'notAllowed' | 'disabledOn' | 'connected' | 'disconnected' | 'gatewayReset'
  >;
  tasks: Pick<TaskService, 'report' | 'requested'>;
  downloads: Pick<DownloadService, 'block'>;
}
