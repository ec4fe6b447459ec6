import { randomBytes } from 'node:crypto';
import type { SampledLog } from '../../core/sampled-log';
import { ownProof, type Proof } from '../../schema/model/device/generations';
import { deviceIdOf } from '../../schema/model/ids';
import { shownText } from '../../schema/model/protocol/ignored-report';
import type { AttemptLimit, Attempts } from '../attempts';
import type { GatewayCore } from '../core';
import { inTime } from '../in-time';
import type { ConnectResult, GatewayMetrics } from '../metrics';
import { type Claim, CONNACK, type ConnectPacket, type Identity, type MqttDialect, type NotServed, type Refusal } from './dialect';

export interface Authenticated {
  identity: Identity;
  dialect: MqttDialect;
  /** What it has shown, as it was registered at that moment. */
  proof: Proof;
  /** Nobody had shown that before. */
  isFirst: boolean;
  /** How many children it has. */
  children?: number;
  /** Fingerprint of what let it in, where that was a certificate. */
  certificate?: string;
}

export type Authenticate = (packet: ConnectPacket) => Promise<Authenticated | Refusal>;

const RESULT: Record<Refusal, ConnectResult> = {
  [CONNACK.unreadableClientId]: 'unreadable',
  [CONNACK.unavailable]: 'unavailable',
  [CONNACK.badCredentials]: 'bad_credentials',
  [CONNACK.disabled]: 'disabled',
};

/** For whoever reads the log: what was done, what follows and which setting it is. */
const TURNED_AWAY: Record<AttemptLimit, string> = {
  device_too_often: 'A device connects more often than may be; it is told to come again (UPDRAFT_MQTT_CONNECTS_PER_MINUTE)',
  device_wrong_passwords:
    'Wrong passwords were sent for a device; its passwords from this address are not looked at for a while (UPDRAFT_MQTT_WRONG_PASSWORDS_PER_MINUTE)',
  address_wrong_passwords:
    'Wrong passwords were sent from an address; only devices that were right from there before are looked at for a while (UPDRAFT_MQTT_ADDRESS_WRONG_PASSWORDS_PER_MINUTE)',
};

/** Decides on a CONNECT. Unknown devices take the same path as wrong passwords; "disabled" is said only to who knows the secret. */
export function createAuthenticate(deps: {
  devices: GatewayCore['devices'];
  dialects: readonly MqttDialect[];
  attempts: Attempts;
  metrics: GatewayMetrics;
  sampled: SampledLog;
}): Authenticate {
  const { devices, dialects, attempts, metrics, sampled } = deps;
  const nothingKnown = { secret: randomBytes(16).toString('hex') };

  async function knownBy(claim: Claim) {
    if ('nodeId' in claim) {
      const found = await devices.credentialsOfNode(claim.nodeId);
      if (found === null) return null;
      const { productKey, deviceName } = found;
      return { ...found, identity: { deviceId: deviceIdOf(productKey, deviceName), productKey, deviceName, alias: claim.nodeId } };
    }
    const { deviceId, productKey, deviceName } = claim;
    const found = await devices.credentials(productKey, deviceName);
    return found && { ...found, identity: { deviceId, productKey, deviceName } };
  }

  async function decide(packet: ConnectPacket): Promise<Authenticated | Refusal | NotServed | AttemptLimit> {
    const reading = readClaim(dialects, packet);
    if (typeof reading === 'number' || 'why' in reading) return reading;
    const attempt = attempts.begin('nodeId' in reading.claim ? reading.claim.nodeId : reading.claim.deviceId, packet.address);
    if (typeof attempt === 'string') return attempt;
    try {
      const result = await check(packet, reading);
      attempt.end(result === CONNACK.badCredentials ? 'wrong' : 'right');
      return typeof result === 'number' || attempts.mayConnect(result.identity.deviceId) ? result : 'device_too_often';
    } finally {
      attempt.end('unknown');
    }
  }

  async function check(packet: ConnectPacket, { claim, dialect }: Reading): Promise<Authenticated | Refusal> {
    const known = await inTime(knownBy(claim));
    const proven = claim.proves(known ?? nothingKnown);
    if (known === null || !proven) return CONNACK.badCredentials;
    const { deviceId } = known.identity;
    if (packet.deviceId !== undefined && packet.deviceId !== deviceId) return CONNACK.badCredentials;
    if (known.dialect !== dialect.name) {
      metrics.connects.wrong_dialect.inc();
      const registered = known.dialect;
      sampled.warn(
        `dialect ${deviceId}`,
        { deviceId, registered, spoken: dialect.name },
        'A device speaks another dialect than it is registered with',
      );
      return CONNACK.badCredentials;
    }
    if (!known.enabled) return CONNACK.disabled;
    const certificate = proven === 'certificate' ? packet.certificate?.fingerprint : undefined;
    const { identity, children, awaited = false } = known;
    return { identity, dialect, proof: ownProof(known, certificate), isFirst: awaited, children, certificate };
  }

  return async (packet) => {
    const result = await decide(packet).catch((error: unknown): Refusal => {
      sampled.error('authenticate', { err: error }, 'A device could not be authenticated: core did not answer');
      return CONNACK.unavailable;
    });
    if (typeof result === 'string') {
      metrics.connects[result].inc();
      const { clientId, address } = packet;
      sampled.warn(`${result} ${address}`, { reason: result, clientId: shownText(clientId), address }, TURNED_AWAY[result]);
      return CONNACK.unavailable;
    }
    if (typeof result === 'object' && 'why' in result) {
      metrics.connects[result.result].inc();
      const clientId = shownText(packet.clientId);
      sampled.warn(`${result.result} ${clientId}`, { clientId }, result.why);
      return result.refusal;
    }
    metrics.connects[typeof result === 'number' ? RESULT[result] : 'accepted'].inc();
    return result;
  };
}

interface Reading {
  claim: Claim;
  dialect: MqttDialect;
}

function readClaim(dialects: readonly MqttDialect[], packet: ConnectPacket): Reading | Refusal | NotServed {
  for (const dialect of dialects) {
    const claim = dialect.claim(packet);
    if (typeof claim === 'number' || (claim !== null && 'why' in claim)) return claim;
    if (claim !== null) return { claim, dialect };
  }
  return CONNACK.unreadableClientId;
}
