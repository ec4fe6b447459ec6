import { type DeviceId, deviceNameOf, productKeyOf } from '../../../schema/model/ids';
import type { GatewayCore } from '../../core';
import type { DeviceLanes } from '../../device-lanes';
import type { GatewayMetrics } from '../../metrics';
import type { SampledLog } from '../../sampled-log';
import type { DownMessage, Identity, MqttDialect, Peer } from '../dialect';
import type { ChildOf, Session } from './session';

/** A device that was put behind a gateway, or taken away from it, counts as such within about so long. */
const FRESH_MS = 2_000;
/** Messages of one connection that wait until its children are known: as many as a lane holds, and one for each child. */
const WAITING = 64;

interface Family {
  children: Map<DeviceId, ChildPeer>;
  freshUntil: number;
  waiting: { deviceId: DeviceId; found(child: Peer | null): void; lost(error: unknown): void }[];
}

/** A child as its gateway's connection knows it. */
class ChildPeer implements Peer {
  readonly dialect: MqttDialect;
  readonly productKey: string;
  readonly deviceName: string;

  constructor(
    readonly deviceId: DeviceId,
    readonly gateway: Session,
  ) {
    this.dialect = gateway.dialect;
    this.productKey = productKeyOf(deviceId);
    this.deviceName = deviceNameOf(deviceId);
  }

  get closed(): boolean {
    return this.gateway.closed;
  }

  send(message: DownMessage): Promise<boolean> {
    return this.gateway.send(message);
  }
}

export interface Families {
  /** Who may speak over a connection besides its own device (device-protocols §0.5). Asks the store once in a while, not for each message. */
  childOf: ChildOf;
  /** For a message to a device that is behind the connection's: it may be so since a moment ago, and is expected to answer. */
  identityOf(session: Session, deviceId: DeviceId): Identity;
}

export function createFamilies(
  deps: { devices: Pick<GatewayCore['devices'], 'childrenOf'>; lanes: DeviceLanes; metrics: GatewayMetrics; sampled: SampledLog },
  now: () => number = () => performance.now(),
): Families {
  const { devices, lanes, metrics, sampled } = deps;
  const families = new WeakMap<Session, Family>();

  function familyOf(session: Session): Family {
    let family = families.get(session);
    if (family === undefined) {
      family = { children: new Map(), freshUntil: 0, waiting: [] };
      families.set(session, family);
    }
    return family;
  }

  async function load(session: Session, family: Family): Promise<void> {
    const ids = await devices.childrenOf(session.deviceId);
    // Whoever is still there stays the same peer: its quotas hang on it.
    family.children = new Map(ids.map((id) => [id, family.children.get(id) ?? new ChildPeer(id, session)]));
    family.freshUntil = now() + FRESH_MS;
    session.children = ids.length;
    for (const { deviceId, found } of family.waiting.splice(0)) found(family.children.get(deviceId) ?? null);
  }

  function giveUp(session: Session, family: Family, error: unknown): void {
    sampled.error(
      'lost messages',
      { deviceId: session.deviceId, err: error },
      'Messages for the devices behind a gateway were lost: core could not say which they are',
    );
    for (const { lost } of family.waiting.splice(0)) {
      metrics.lost.report.inc();
      lost(error);
    }
  }

  /** In the gateway's own lane: after its connection is known, tried again while the store is away, and in nobody else's way. */
  function loadSoon(session: Session, family: Family): void {
    lanes.push(session.deviceId, {
      kind: 'report',
      expendable: false,
      run: () => load(session, family),
      lost: (error) => giveUp(session, family, error),
      crowdedOut: () => giveUp(session, family, new Error('The gateway sends more than can be taken')),
    });
  }

  return {
    childOf(session, deviceId) {
      const family = familyOf(session);
      if (family.waiting.length === 0 && now() < family.freshUntil) return family.children.get(deviceId) ?? null;
      if (family.waiting.length >= WAITING + session.children) {
        metrics.dropped.queue_full.inc();
        return Promise.reject(new Error('Too many messages wait'));
      }
      return new Promise((found, lost) => {
        family.waiting.push({ deviceId, found, lost });
        if (family.waiting.length === 1) loadSoon(session, family);
      });
    },

    identityOf(session, deviceId) {
      const family = familyOf(session);
      const known = family.children.get(deviceId);
      if (known === undefined) family.freshUntil = 0;
      return known ?? new ChildPeer(deviceId, session);
    },
  };
}
