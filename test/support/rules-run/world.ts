import { randomBytes } from 'node:crypto';
import type { Core } from '../../../core/core';
import { LIVE_STATUSES } from '../../../schema/model/batch/batch';
import { deviceIdOf, taskIdOf } from '../../../schema/model/ids';
import { aPackage } from '../builders';
import type { Batch, Device, Firmware, Task } from '../model-of-the-rules/state';
import type { Bench } from './bench';

/** R-PKG-6: the last one upgrades from some versions only. */
export const FIRMWARES: readonly Firmware[] = [
  { version: '2.0.0', sources: [] },
  { version: '3.0.0', sources: [] },
  { version: '4.0.0', sources: ['1.0.0', '2.0.0'] },
];
export const VERSIONS = ['1.0.0', '1.5.0', ...FIRMWARES.map(({ version }) => version)];

/** One sequence's part of the platform: a product of its own. */
export class World {
  readonly productKey = `pk${randomBytes(6).toString('hex')}`;
  /** In the order they were created. */
  readonly batchIds: string[] = [];
  private readonly sessions = new Map<string, string>();
  private session = 0;

  constructor(readonly bench: Bench) {}

  get core(): Core {
    return this.bench.parts.core;
  }

  idOf = ({ name }: Device): string => deviceIdOf(this.productKey, name);
  packageIdOf = ({ version }: Firmware): string => `${this.productKey}-${version}`;
  batchIdOf = ({ number }: Pick<Batch, 'number'>): string => this.batchIds[number] ?? '';
  taskIdOf = ({ batch, device }: Task): string => taskIdOf(this.batchIdOf(batch), this.idOf(device));

  async begin(devices: readonly Device[]): Promise<void> {
    const { collections } = this.bench.store;
    const { productKey } = this;
    await this.core.products.create(OPERATOR, { key: productKey, name: 'Meters' });
    await collections.packages.insertMany(
      FIRMWARES.map((firmware) =>
        aPackage({ _id: this.packageIdOf(firmware), productKey, version: firmware.version, sourceVersions: [...firmware.sources] }),
      ),
    );
    for (const device of devices) {
      await this.register(device.name);
      if (device.version !== null) await this.reportVersion(device, device.version);
      if (device.online) await this.connect(device);
    }
  }

  /** So that nothing of a sequence that failed goes on. */
  async end(): Promise<void> {
    const { batches } = this.bench.store.collections;
    for (const { _id } of await batches.find({ productKey: this.productKey, status: { $in: [...LIVE_STATUSES] } }).toArray()) {
      await this.core.batches.cancel(OPERATOR, _id);
    }
  }

  register(name: string): Promise<unknown> {
    return this.core.devices.register(OPERATOR, this.productKey, [{ deviceName: name }]);
  }

  async reportVersion(device: Device, version: string): Promise<void> {
    await this.core.tasks.report(this.idOf(device), { kind: 'version', module: 'default', version });
  }

  /** A device that is connected already takes its own connection over. */
  async connect(device: Device): Promise<void> {
    const id = this.idOf(device);
    const earlier = this.sessions.get(id);
    const session = `session-${++this.session}`;
    this.sessions.set(id, session);
    this.bench.link.connected.add(id);
    await this.core.devices.connected(id, this.bench.link.gatewayId, session);
    if (earlier) await this.core.devices.disconnected(id, earlier);
  }

  async disconnect(device: Device): Promise<void> {
    const id = this.idOf(device);
    const session = this.sessions.get(id);
    this.sessions.delete(id);
    this.bench.link.connected.delete(id);
    if (session) await this.core.devices.disconnected(id, session);
  }
}

export const OPERATOR = { actorId: 'model', kind: 'KEY' as const, name: 'model', products: null, role: 'ADMINISTRATOR' as const };
