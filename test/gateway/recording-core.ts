import { EventEmitter, once } from 'node:events';
import type { BlockAnswer, BlockRequest } from '../../core/downloads/contract';
import type { Notification } from '../../core/ports';
import type { DeviceAnswer, DeviceReport } from '../../core/reports/contract';
import type { GatewayCore } from '../../gateways/core';

export const PRODUCT_KEY = 'upd7Kx2QmZ1';
export const SECRET = '0123456789abcdef0123456789abcdef';

export const deviceId = (deviceName = 'meter-0001') => `${PRODUCT_KEY}.${deviceName}`;

export type Call =
  | { call: 'reset' | 'unheard'; gatewayId: string }
  | { call: 'childrenOf'; deviceId: string }
  | { call: 'connected' | 'stillConnected' | 'disconnected'; deviceId: string; sessionId: string }
  | { call: 'report'; deviceId: string; report: DeviceReport }
  | { call: 'requested'; deviceId: string; module: string }
  | { call: 'block'; deviceId: string; request: BlockRequest };

/** A core that remembers what it was asked, and can be told to fail. */
export class RecordingCore implements GatewayCore {
  readonly calls: Call[] = [];
  /** Throws before the call is recorded. */
  fail: (call: Call) => Error | null = () => null;
  /** Kept waiting until resolved. */
  hold: Promise<void> = Promise.resolve();
  task: Notification | null = null;
  /** What reports are answered with. */
  answer: DeviceAnswer | null = null;
  iotda = new Set<string>();
  lwm2m = new Set<string>();
  secret = SECRET;
  /** Fingerprints, by device name. */
  certificates = new Map<string, string[]>();

  private readonly known = (deviceName: string) => ({
    secret: this.secret,
    certificates: this.certificates.get(deviceName),
    enabled: !this.disabled.has(deviceName),
    children: this.children.get(deviceId(deviceName))?.length,
    dialect: this.lwm2m.has(deviceName) ? ('LWM2M' as const) : this.iotda.has(deviceName) ? ('IOTDA' as const) : ('LINK' as const),
  });

  /** What blocks are answered with. */
  blocks: (deviceId: string, request: BlockRequest) => BlockAnswer = () => ({ kind: 'unknown' });
  /** Of devices behind a broker, by device id. */
  readonly sessions = new Map<string, string>();
  private heardSoOften = 0;
  disabled = new Set<string>();
  unknown = new Set<string>();
  /** By device id: deleted or disabled after they connected. */
  removed = new Set<string>();
  /** By device id: off-line in the store, though they are connected. */
  forgotten = new Set<string>();
  /** Of gateways, by device id. */
  readonly children = new Map<string, string[]>();
  familyLookups = 0;
  /** By device id: disabled after they connected. */
  disabledNow = new Set<string>();
  /** By device id: to be looked at. */
  private readonly sessionEnds: string[] = [];
  /** What let the device in was changed, in this process or in another. */
  change(id: string, where: 'here' | 'elsewhere'): void {
    this.removed.add(id);
    this.sessionEnds.push(id);
    if (where === 'here') this.changed.emit('session ends');
  }
  /** Of reports that core has no task for. */
  hasTask = true;
  readonly failures: Call[] = [];
  private readonly changed = new EventEmitter().setMaxListeners(0);

  readonly devices: GatewayCore['devices'] = {
    credentials: async (_productKey, deviceName) => {
      if (deviceName === 'no-database') throw new Error('no database');
      return this.unknown.has(deviceName) ? null : this.known(deviceName);
    },
    reviewConnected: async (connected) => ({
      notAllowed: connected
        .filter(
          ({ deviceId: id, certificate }) =>
            this.removed.has(id) || (certificate && !this.certificates.get(id.slice(id.indexOf('.') + 1))?.includes(certificate)),
        )
        .map(({ deviceId: id }) => id),
      offline: connected.map(({ deviceId: id }) => id).filter((id) => this.forgotten.has(id)),
    }),
    stillConnected: (deviceId, _gatewayId, sessionId) => {
      this.forgotten.delete(deviceId);
      return this.record({ call: 'stillConnected', deviceId, sessionId });
    },
    disabledOn: async () => [...this.disabledNow],
    sessionEndsAt: async () => this.sessionEnds.splice(0),
    onSessionEnds: (listener) => {
      this.changed.on('session ends', listener);
      return () => void this.changed.off('session ends', listener);
    },
    childrenOf: async (parentId) => {
      this.familyLookups += 1;
      const failure = this.fail({ call: 'childrenOf', deviceId: parentId });
      if (failure !== null) throw failure;
      return (this.children.get(parentId) ?? []).map((id) => ({ deviceId: id, proof: { registration: null, parentId, binding: null } }));
    },
    parentsOf: async (ids) =>
      new Map([...this.children].flatMap(([parent, children]) => children.filter((id) => ids.includes(id)).map((id) => [id, parent]))),
    credentialsOfNode: async (deviceName) =>
      this.unknown.has(deviceName) ? null : { ...this.known(deviceName), productKey: PRODUCT_KEY, deviceName },
    connected: async (deviceId, _gatewayId, sessionId) => {
      await this.record({ call: 'connected', deviceId, sessionId });
      return !this.removed.has(deviceId);
    },
    disconnected: (deviceId, sessionId) => this.record({ call: 'disconnected', deviceId, sessionId }),
    gatewayReset: (gatewayId) => this.record({ call: 'reset', gatewayId }),
    heard: async ({ deviceId }) => {
      const known = !this.unknown.has(deviceId.slice(deviceId.indexOf('.') + 1));
      this.heardSoOften += 1;
      const sessionId = `heard-${this.heardSoOften}`;
      const came = known && !this.sessions.has(deviceId);
      if (known) this.sessions.set(deviceId, sessionId);
      if (came) await this.record({ call: 'connected', deviceId, sessionId });
      return known ? { registration: null, secret: null } : null;
    },
    awaits: async () => false,
    shown: async () => true,
    sessionAt: async (deviceId) => this.sessions.get(deviceId) ?? null,
    left: async (deviceId, _gatewayId, session) => {
      const there = this.sessions.get(deviceId);
      if (there === undefined) return true;
      if ('is' in session && session.is !== there) return false;
      this.sessions.delete(deviceId);
      await this.record({ call: 'disconnected', deviceId, sessionId: there });
      return true;
    },
    unheard: (gatewayId) => this.record({ call: 'unheard', gatewayId }),
  };

  /** Reports that could not be read, by device. */
  readonly ignored: ({ deviceId: string } & Parameters<GatewayCore['tasks']['ignored']>[1])[] = [];

  readonly tasks: GatewayCore['tasks'] = {
    ignored: (deviceId, report) => {
      this.ignored.push({ deviceId, ...report });
      this.changed.emit('call');
    },
    report: async (deviceId, report, ignored) => {
      await this.record({ call: 'report', deviceId, report });
      if (!this.hasTask && report.kind !== 'version') ignored?.();
      return this.answer;
    },
    requested: async (deviceId, module) => {
      await this.record({ call: 'requested', deviceId, module });
      return this.task;
    },
  };

  readonly downloads: GatewayCore['downloads'] = {
    block: async (deviceId, request) => {
      await this.record({ call: 'block', deviceId, request });
      return this.blocks(deviceId, request);
    },
  };

  get reports(): DeviceReport[] {
    return this.calls.flatMap((each) => (each.call === 'report' ? [each.report] : []));
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await once(this.changed, 'call');
  }

  private async record(call: Call): Promise<void> {
    await this.hold;
    const failure = this.fail(call);
    (failure === null ? this.calls : this.failures).push(call);
    this.changed.emit('call');
    if (failure !== null) throw failure;
  }
}
