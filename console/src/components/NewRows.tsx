import { Plural } from '@lingui/react/macro';
import { Button } from '@mantine/core';
import { IconArrowUp } from '@tabler/icons-react';

/** Nothing moves under somebody who reads: what has come is told, and shown when they want it. */
export function NewRows({ count, show }: { count: number; show: () => void }) {
  return (
    <div role="status">
      {count > 0 && (
        <Button variant="light" size="xs" onClick={show} leftSection={<IconArrowUp size={14} aria-hidden />} data-unseen={count}>
          <Plural value={count} one="# new: show it" other="# new: show them" />
        </Button>
      )}
    </div>
  );
}
