import { Trans } from '@lingui/react/macro';
import { Anchor, Stack } from '@mantine/core';
import type { Problem } from '@updraft/client';
import { Link } from 'react-router';
import { paths } from '../../../app/paths';
import { ErrorPanel } from '../../../components/ErrorPanel';

/** Why the API would refuse it, with a way to the batch that stands in the way. */
export function Refusals({ problems, retry }: { problems: readonly Problem[]; retry: () => void }) {
  const inTheWay = [...new Set(problems.map(({ conflictingId }) => conflictingId).filter((id) => id !== null))];
  const isPassing = problems.some(({ code }) => code === 'UNREACHABLE' || code === 'BUSY');
  if (problems.length === 0) return null;
  return (
    <Stack gap="xs">
      <ErrorPanel problems={problems} {...(isPassing && { retry })} />
      {inTheWay.map((id) => (
        <Anchor key={id} component={Link} to={paths.batch(id)} size="sm" underline="always">
          <Trans>See the batch that stands in the way</Trans>
        </Anchor>
      ))}
    </Stack>
  );
}
