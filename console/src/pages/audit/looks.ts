import { msg } from '@lingui/core/macro';
import { IconBan, IconCircleCheck, IconX } from '@tabler/icons-react';
import type { StatusLook } from '../../components/StatusBadge';
import type { ShownEntryFragment } from '../../generated/pages/audit/documents';

export const RESULT_LOOKS: Record<ShownEntryFragment['result'], StatusLook> = {
  OK: { label: msg`done`, icon: IconCircleCheck, tone: 'good' },
  REFUSED: { label: msg`refused`, icon: IconBan, tone: 'attention' },
  FAILED: { label: msg`failed`, icon: IconX, tone: 'bad' },
};
export const RESULTS = Object.keys(RESULT_LOOKS) as ShownEntryFragment['result'][];

export const KIND_NAMES: Record<ShownEntryFragment['kind'], StatusLook['label']> = {
  MUTATION: msg`change`,
  REQUEST: msg`file sent or fetched`,
  REFUSAL: msg`refusal`,
  SIGN_IN: msg`sign-in`,
  OMITTED: msg`refusals counted together`,
};
export const KINDS = Object.keys(KIND_NAMES) as ShownEntryFragment['kind'][];
