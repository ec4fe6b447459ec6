import { msg } from '@lingui/core/macro';
import { IconCircleCheck, IconCircleDashed, IconShieldQuestion } from '@tabler/icons-react';
import type { StatusLook } from '../../components/StatusBadge';

const VERIFIED: StatusLook = { label: msg`verified`, icon: IconCircleCheck, tone: 'good' };
const REQUIRED: StatusLook = { label: msg`to be verified`, icon: IconShieldQuestion, tone: 'attention' };
const NOT_REQUIRED: StatusLook = { label: msg`not verified`, icon: IconCircleDashed, tone: 'over' };

/** That one has to be tried on devices first is what a person has to act on; that one merely was not is no news. */
export function verificationLook({
  state,
  required,
}: {
  readonly state: 'UNVERIFIED' | 'VERIFIED';
  readonly required: boolean;
}): StatusLook {
  if (state === 'VERIFIED') return VERIFIED;
  return required ? REQUIRED : NOT_REQUIRED;
}

export const KIND_NAMES = { FULL: msg`full`, DIFFERENTIAL: msg`differential` } as const;
