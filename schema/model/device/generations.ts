import type { DeviceId } from '../ids';

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
  parentId?: DeviceId;
}

export const registrationOf = ({ generations }: Known): string | null => generations?.registration ?? null;

/** Of a device that has just shown its secret, or the certificate. */
export function ownProof({ generations }: Known, certificate?: string): Proof {
  const { registration = null, secret = null } = generations ?? {};
  return { registration, secret, ...(certificate !== undefined && { certificate }) };
}

/** Of a device whose parent speaks for it. */
export function proofOfChild(parentId: DeviceId, { generations }: Known): Proof {
  const { registration = null, binding = null } = generations ?? {};
  return { registration, parentId, binding };
}

/** What everything that was given out for the device in between has in common: it ends with any change. */
export const grantGeneration = ({ generations = {} }: Known): string =>
  [generations.registration, generations.secret, generations.certificates, generations.binding].map((value) => value ?? '').join('.');

/** Whether a proof still holds for the device. */
export function holds(proof: Proof, device: Known): boolean {
  const { registration = null, secret = null, binding = null } = device.generations ?? {};
  if (proof.registration !== registration) return false;
  if (proof.parentId !== undefined) return proof.parentId === device.parentId && (proof.binding ?? null) === binding;
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
  return {
    ...registration,
    'generations.secret': proof.secret ?? null,
    ...(proof.certificate !== undefined && { certificates: proof.certificate }),
  };
}

export const isSame = (one: Proof, other: Proof): boolean =>
  (['registration', 'secret', 'certificate', 'parentId', 'binding'] as const).every(
    (part) => (one[part] ?? null) === (other[part] ?? null),
  );
