import { holds, type Proof } from '../../schema/model/device/generations';
import type { Notification } from '../ports';

/** Whether whoever was let in by the proof is still the one that the notification was worded for. */
export function isFor({ generations }: Pick<Notification, 'generations'>, proof: Proof | undefined): boolean {
  if (proof === undefined) return true;
  const { certificate: _, ...shown } = proof;
  return holds(shown, { generations, parentId: proof.parentId });
}
