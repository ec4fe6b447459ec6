import type { DeviceId } from '../ids';
import type { Lwm2mIdentity } from './lwm2m-identity';

/**
 * Values of a device that are made anew when what it is known by changes. Ids are computed from names, so these tell two devices apart that
 * have one name, one after the other. Absent in devices of older versions, until the first change: that is a generation too.
 */
export interface Generations {
  /** The device itself. */
  registration?: string;
  secret?: string;
  /** Its client certificates: anew when one is taken away, not when one comes. */
  certificates?: string;
  /** Its endpoint name and pre-shared keys: anew when one is taken away or replaced, not when one comes. */
  lwm2m?: string;
  /** The parent it has, or had: anew when it gets one or loses it, and when what that one is known by changes. */
  binding?: string;
}

/** What let somebody speak for a device. It holds as long as the device's document says the same. */
export interface Proof {
  registration: string | null;
  /** Over a connection of its own. */
  secret?: string | null;
  /** Fingerprint of the client certificate that let it in; absent where its secret did. */
  certificate?: string;
  /** `Psk.generation` of the pre-shared key that let it in. */
  psk?: string;
  /** The endpoint name that an LwM2M device has by now: with a key or, where nothing is proven, alone. */
  endpoint?: string;
  /** Over the connection of this parent. */
  parentId?: DeviceId;
  binding?: string | null;
}

/**
 * What a session was let in by: what it has shown to this process, or that the hook of a broker lets in nobody else. Messages at a broker
 * name only their device, so there nothing counts until somebody has shown what the device is known by now (`Device.awaited`).
 */
export type LetInBy = Proof | 'HOOK';

interface Known {
  generations?: Generations;
  certificates?: readonly string[];
  lwm2m?: Lwm2mIdentity;
  parentId?: DeviceId;
}

export const registrationOf = ({ generations }: Known): string | null => generations?.registration ?? null;

/** Of a device that has just shown its secret, or the certificate. */
export function ownProof({ generations }: Known, certificate?: string): Proof {
  const { registration = null, secret = null } = generations ?? {};
  return { registration, secret, ...(certificate !== undefined && { certificate }) };
}

/** Of an LwM2M device: that has proven an identity of its own, or has none to prove (null). */
export function lwm2mProof({ generations, lwm2m }: Known, identity: string | null): Proof {
  const registration = generations?.registration ?? null;
  const psk = lwm2m?.psks?.find((each) => each.identity === identity);
  return { registration, endpoint: lwm2m?.endpoint ?? '', ...(psk && { psk: psk.generation }) };
}

/** Of a device whose parent speaks for it. */
export function proofOfChild(parentId: DeviceId, { generations }: Known): Proof {
  const { registration = null, binding = null } = generations ?? {};
  return { registration, parentId, binding };
}

/** What everything that was given out for the device in between has in common: it ends with any change. */
export function grantGeneration({ generations = {} }: Known): string {
  const { registration, secret, certificates, binding, lwm2m } = generations;
  // The last one only where it is: addresses that were given out before there was one stay good.
  return [registration, secret, certificates, binding, ...(lwm2m ? [lwm2m] : [])].map((value) => value ?? '').join('.');
}

/** Whether a proof still holds for the device. */
export function holds(proof: Proof, device: Known): boolean {
  const { registration = null, secret = null, binding = null } = device.generations ?? {};
  if (proof.registration !== registration) return false;
  if (proof.parentId !== undefined) return proof.parentId === device.parentId && (proof.binding ?? null) === binding;
  const { lwm2m } = device;
  if (proof.endpoint !== undefined && proof.endpoint !== lwm2m?.endpoint) return false;
  if (proof.psk !== undefined) return lwm2m?.psks?.some(({ generation }) => generation === proof.psk) ?? false;
  // Whoever has a key shows it.
  if (proof.endpoint !== undefined) return lwm2m?.psks === undefined;
  if ((proof.secret ?? null) !== secret) return false;
  return proof.certificate === undefined || (device.certificates?.includes(proof.certificate) ?? false);
}

/** Whether a device's document goes with whoever was let in, and what is noted in it: that nobody is awaited any more. */
export const letIn = (by: LetInBy | undefined) =>
  by === 'HOOK'
    ? { filter: { awaited: { $ne: true as const } }, update: {} }
    : { filter: provenBy(by), update: { $unset: { awaited: true as const } } };

/** The same as a condition on the document; together with its id. In MongoDB null also stands for what is absent. */
export function provenBy(proof: Proof | undefined) {
  if (proof === undefined) return {};
  const registration = { 'generations.registration': proof.registration };
  if (proof.parentId !== undefined) return { ...registration, parentId: proof.parentId, 'generations.binding': proof.binding ?? null };
  const endpoint = proof.endpoint !== undefined && { 'lwm2m.endpoint': proof.endpoint };
  if (proof.psk !== undefined) return { ...registration, ...endpoint, 'lwm2m.psks.generation': proof.psk };
  if (endpoint) return { ...registration, ...endpoint, 'lwm2m.psks': { $exists: false } };
  return {
    ...registration,
    'generations.secret': proof.secret ?? null,
    ...(proof.certificate !== undefined && { certificates: proof.certificate }),
  };
}

export const isSame = (one: Proof, other: Proof): boolean =>
  (['registration', 'secret', 'certificate', 'psk', 'endpoint', 'parentId', 'binding'] as const).every(
    (part) => (one[part] ?? null) === (other[part] ?? null),
  );
