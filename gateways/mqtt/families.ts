import type { Child } from '../../core/devices/contract';
import type { SampledLog } from '../../core/sampled-log';
import { isSame, type Proof } from '../../schema/model/device/generations';
import { type DeviceId, deviceNameOf, productKeyOf } from '../../schema/model/ids';
import type { GatewayCore } from '../core';
import type { DeviceQueues } from '../device-queues';
import type { GatewayMetrics } from '../metrics';
import type { DownMessage, Identity, MqttDialect, Peer } from './dialect';

/** A device that got a parent, or lost it, counts as such within about so long. */
const FRESH_MS = 2_000;
/** Messages of one connection that wait until its children are known: as many as a queue holds, and one for each child. */
const WAITING = 64;
/** Where none are known, which may be because nobody has asked yet: about what a device may send at once. */
const WAITING_FIRST = 200;

/** A peer that may be a parent. */
export type FamilyPeer = Peer & { children: number };
export type ChildOf = (peer: FamilyPeer, deviceId: DeviceId) => Peer | null | Promise<Peer | null>;

interface Family {
  children: Map<DeviceId, ChildPeer>;
  freshUntil: number;
  waiting: { deviceId: DeviceId; found(child: Peer | null): void; lost(error: unknown): void }[];
}

/** A child as its parent's connection knows it. */
class ChildPeer implements Peer {
  readonly dialect: MqttDialect;
  readonly productKey: string;
  readonly deviceName: string;

  constructor(
    readonly deviceId: DeviceId,
    readonly parent: FamilyPeer,
    readonly proof?: Proof,
  ) {
    this.dialect = parent.dialect;
    this.productKey = productKeyOf(deviceId);
    this.deviceName = deviceNameOf(deviceId);
  }

  get closed(): boolean {
    return this.parent.closed;
  }

  send(message: DownMessage): Promise<boolean> {
    return this.parent.send(message);
  }
}

export interface Families {
  /** Who may speak over a connection besides its own device (device-protocols §0.5). Asks the store once in a while, not for each message. */
  childOf: ChildOf;
  /** For a message to a child over its parent's connection. It may be a child only since a moment ago, and is expected to answer. */
  identityOf(parent: FamilyPeer, deviceId: DeviceId): Identity;
}

export function createFamilies(
  deps: { devices: Pick<GatewayCore['devices'], 'childrenOf'>; queues: DeviceQueues; metrics: GatewayMetrics; sampled: SampledLog },
  now: () => number = () => performance.now(),
): Families {
  const { devices, queues, metrics, sampled } = deps;
  const families = new WeakMap<FamilyPeer, Family>();

  function familyOf(parent: FamilyPeer): Family {
    let family = families.get(parent);
    if (family === undefined) {
      family = { children: new Map(), freshUntil: 0, waiting: [] };
      families.set(parent, family);
    }
    return family;
  }

  async function load(parent: FamilyPeer, family: Family): Promise<void> {
    const children = await devices.childrenOf(parent.deviceId);
    // Whoever is still there stays the same peer: its quotas hang on it.
    family.children = new Map(children.map((child) => [child.deviceId, sameOrNew(family, child, parent)]));
    family.freshUntil = now() + FRESH_MS;
    parent.children = children.length;
    for (const { deviceId, found } of family.waiting.splice(0)) found(family.children.get(deviceId) ?? null);
  }

  function sameOrNew({ children }: Family, { deviceId, proof }: Child, parent: FamilyPeer): ChildPeer {
    const known = children.get(deviceId);
    return known?.proof && isSame(known.proof, proof) ? known : new ChildPeer(deviceId, parent, proof);
  }

  function giveUp(parent: FamilyPeer, family: Family, error: unknown): void {
    sampled.error(
      'lost messages',
      { deviceId: parent.deviceId, err: error },
      "Messages of a parent's children were lost: core could not say which children it has",
    );
    for (const { lost } of family.waiting.splice(0)) {
      metrics.lost.report.inc();
      lost(error);
    }
  }

  /** In the parent's own queue: after its connection is known, tried again while the store is away, and in nobody else's way. */
  function loadSoon(parent: FamilyPeer, family: Family): void {
    queues.push(parent.deviceId, {
      kind: 'report',
      expendable: false,
      run: () => load(parent, family),
      lost: (error) => giveUp(parent, family, error),
      crowdedOut: () => giveUp(parent, family, new Error('The parent sends more than can be taken')),
    });
  }

  return {
    childOf(parent, deviceId) {
      const family = familyOf(parent);
      if (family.waiting.length === 0 && now() < family.freshUntil) return family.children.get(deviceId) ?? null;
      const most = parent.children === 0 ? WAITING_FIRST : WAITING + parent.children;
      if (family.waiting.length >= most) {
        metrics.dropped.queue_full.inc();
        return Promise.reject(new Error('Too many messages wait'));
      }
      return new Promise((found, lost) => {
        family.waiting.push({ deviceId, found, lost });
        if (family.waiting.length === 1) loadSoon(parent, family);
      });
    },

    identityOf(parent, deviceId) {
      const family = familyOf(parent);
      const known = family.children.get(deviceId);
      if (known === undefined) family.freshUntil = 0;
      return known ?? new ChildPeer(deviceId, parent);
    },
  };
}
