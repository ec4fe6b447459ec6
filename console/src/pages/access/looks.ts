import { msg } from '@lingui/core/macro';
import { IconBan, IconCircleCheck, IconClockX } from '@tabler/icons-react';
import type { StatusLook } from '../../components/StatusBadge';

export const KEY_LOOKS: Record<'good' | 'expired' | 'revoked', StatusLook> = {
  good: { label: msg`in use`, icon: IconCircleCheck, tone: 'good' },
  expired: { label: msg`expired`, icon: IconClockX, tone: 'over' },
  revoked: { label: msg`revoked`, icon: IconBan, tone: 'over' },
};

export const BLOCKED: StatusLook = { label: msg`blocked`, icon: IconBan, tone: 'bad' };
export const ALLOWED: StatusLook = { label: msg`may sign in`, icon: IconCircleCheck, tone: 'good' };
