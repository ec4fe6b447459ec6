import { useLingui } from '@lingui/react/macro';
import { Tooltip } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import { ROLE_NAMES, type Role, useMay, useViewer } from '../app/session/may';

interface Props {
  /** The least role that may. */
  need: Role;
  /** What else holds it up; told on hover as well. */
  unless?: string | null | undefined;
  /** Gets `disabled` props for its control, which stays reachable by keyboard so that the reason can be read. */
  children: (control: {
    'aria-disabled'?: true;
    'data-disabled'?: true;
    onClickCapture?: (event: { preventDefault(): void; stopPropagation(): void }) => void;
  }) => ReactElement;
}

const DISABLED = {
  'aria-disabled': true,
  'data-disabled': true,
  onClickCapture(event: { preventDefault(): void; stopPropagation(): void }) {
    event.preventDefault();
    event.stopPropagation();
  },
} as const;

/** What somebody may not do is shown, disabled, and says why on hover and on focus. */
export function Can({ need, unless, children }: Props): ReactNode {
  const { t, i18n } = useLingui();
  const viewer = useViewer();
  const may = useMay(need);
  if (may && !unless) return children({});
  const needed = i18n._(ROLE_NAMES[need]);
  const own = viewer ? i18n._(ROLE_NAMES[viewer.role]) : '';
  const reason = may ? unless : t`Your role is ${own}. This needs ${needed}.`;
  return (
    <Tooltip label={reason} multiline maw={280} events={{ hover: true, focus: true, touch: true }}>
      {children(DISABLED)}
    </Tooltip>
  );
}
