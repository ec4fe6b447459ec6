/** First parts of the addresses that are pages of the console. The server answers these with the page; none may be an address of the API. */
export const SECTIONS = ['batches', 'tasks', 'devices', 'packages', 'products', 'groups', 'cells', 'settings', 'audit', 'my'] as const;

const id = encodeURIComponent;

/** Every page's address, for links: nobody puts one together by hand. `GET /imports/:id` is the API's, so imports are below devices. */
export const paths = {
  overview: () => '/',
  batches: () => '/batches',
  /** `from`: a batch to copy. The others are chosen beforehand. */
  newBatch: (given: { from?: string; package?: string; group?: string } = {}) => {
    const search = new URLSearchParams(given).toString();
    return `/batches/new${search && `?${search}`}`;
  },
  batch: (batchId: string) => `/batches/${id(batchId)}`,
  task: (taskId: string) => `/tasks/${id(taskId)}`,
  devices: () => '/devices',
  device: (deviceId: string) => `/devices/${id(deviceId)}`,
  newDevice: () => '/devices/new',
  imports: () => '/devices/imports',
  newImport: () => '/devices/imports/new',
  import: (importId: string) => `/devices/imports/${id(importId)}`,
  packages: () => '/packages',
  newPackage: () => '/packages/new',
  package: (packageId: string) => `/packages/${id(packageId)}`,
  products: () => '/products',
  product: (key: string) => `/products/${id(key)}`,
  groups: () => '/groups',
  group: (groupId: string) => `/groups/${id(groupId)}`,
  cells: () => '/cells',
  keys: () => '/settings/keys',
  people: () => '/settings/people',
  limits: () => '/settings/limits',
  audit: () => '/audit',
  myDevices: () => '/my',
} as const;
