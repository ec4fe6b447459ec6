import type { MessageDescriptor } from '@lingui/core';
import { useLingui } from '@lingui/react';
import type { Icon } from '@tabler/icons-react';
import classes from './StatusBadge.module.css';
import type { Tone } from './tone';

export interface StatusLook {
  readonly label: MessageDescriptor;
  readonly icon: Icon;
  readonly tone: Tone;
}

/** A form and a word; the colour only says it once more. */
export function StatusBadge({ look, note }: { look: StatusLook; note?: string }) {
  const { _ } = useLingui();
  const { icon: Sign, label, tone } = look;
  return (
    <span className={classes.badge} data-tone={tone}>
      <Sign size={15} stroke={2} aria-hidden className={classes.icon} />
      {_(label)}
      {note && <span className={classes.note}>{note}</span>}
    </span>
  );
}
