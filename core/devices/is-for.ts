import { holds, type Proof, registrationOf } from '../../schema/model/device/generations';
import type { Notification } from '../ports';

/** Whether whoever was let in by the proof is still the one that the notification was worded for. */
export function isFor({ generations }: Pick<Notification, 'generations'>, proof: Proof | undefined): boolean {
  if (proof === undefined) return true;
  if (proof.psk !== undefined || proof.endpoint !== undefined) return registrationOf({ generations }) === proof.registration;
  const { certificate: _, ...shown } = proof;
  return holds(shown, { generations, parentId: proof.parentId });
}
