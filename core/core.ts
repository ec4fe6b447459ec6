import type { AccessService } from './access/contract';
import type { AuditService } from './audit/contract';
import type { BatchService } from './batches/contract';
import type { CellService } from './cells/contract';
import type { DeviceImportService } from './device-imports/contract';
import type { DeviceListService } from './device-lists/contract';
import type { DeviceService } from './devices/contract';
import type { DownloadService } from './downloads/contract';
import type { GroupService } from './groups/contract';
import type { PackageService } from './packages/contract';
import type { ProductService } from './products/contract';
import type { RegistrationService } from './registrations/contract';
import type { DeviceReports } from './reports/contract';
import type { Lwm2mUpgrades } from './reports/lwm2m/contract';
import type { SeriesService } from './series/contract';
import type { TaskService } from './tasks/contract';
import type { UploadService } from './uploads/contract';

/**
 * Everything that the api, the gateways and the workflows may ask. Services throw UserError or UserErrors for what a caller can mend;
 * methods that take a viewer check its role first.
 */
export interface Core {
  access: AccessService;
  audit: AuditService;
  products: ProductService;
  devices: DeviceService;
  /** Of LwM2M devices. */
  registrations: RegistrationService;
  /** Radio cells of LwM2M devices. */
  cells: CellService;
  groups: GroupService;
  deviceLists: DeviceListService;
  deviceImports: DeviceImportService;
  packages: PackageService;
  downloads: DownloadService;
  uploads: UploadService;
  batches: BatchService;
  /** Numbers over time. */
  series: SeriesService;
  tasks: TaskService & DeviceReports;
  /** Of LwM2M devices. */
  upgrades: Lwm2mUpgrades;
}
