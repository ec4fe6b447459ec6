import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react';
import { IconBan, IconMoon, IconPlugConnected, IconPlugConnectedX } from '@tabler/icons-react';
import classes from './PresenceSign.module.css';
import type { StatusLook } from './StatusBadge';

const LOOKS = {
  disabled: { label: msg`disabled`, icon: IconBan, tone: 'bad' },
  online: { label: msg`on-line`, icon: IconPlugConnected, tone: 'good' },
  asleep: { label: msg`asleep`, icon: IconMoon, tone: 'waiting' },
  offline: { label: msg`off-line`, icon: IconPlugConnectedX, tone: 'over' },
} as const satisfies Record<string, StatusLook>;

interface Shown {
  readonly enabled: boolean;
  readonly online: boolean;
  readonly registration?: { readonly queueMode: boolean } | null;
}

export const presenceOf = ({ enabled, online, registration }: Shown): keyof typeof LOOKS =>
  !enabled ? 'disabled' : online ? 'online' : registration?.queueMode ? 'asleep' : 'offline';

/** Whether a device is connected, and may be: a sign and a word. */
export function PresenceSign({ device }: { device: Shown }) {
  const { _ } = useLingui();
  const { icon: Sign, label, tone } = LOOKS[presenceOf(device)];
  return (
    <span className={classes.presence} data-tone={tone}>
      <Sign size={16} aria-hidden className={classes.sign} />
      {_(label)}
    </span>
  );
}
