import { Trans } from '@lingui/react/macro';
import { Anchor, List, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import { paths } from '../../../app/paths';
import { platform } from '../../../app/platform';
import { StatusBadge } from '../../../components/StatusBadge';
import { BATCH_LOOKS } from '../../../components/statuses';
import { BatchesUnderWayDocument, type ChosenPackageFragment } from '../../../generated/pages/new-batch/documents';
import { useLoaded } from '../../../live/use-loaded';
import type { Values } from '../form/values';

const SHOWN = 5;

/** Batches whose devices this one may be for as well, and what becomes of those devices. */
export function UnderWay({ chosen, others }: { chosen: ChosenPackageFragment; others: Values['others'] }) {
  const { productKey, module } = chosen;
  const { data } = useLoaded(`under way ${productKey}`, (signal) => platform.query(BatchesUnderWayDocument, { productKey }, { signal }));
  const all = [data?.running, data?.paused, data?.halted, data?.scheduled].flatMap((list) => list?.edges ?? []).map(({ node }) => node);
  // Updates of other modules hold a device up as well, unless both are to go on beside each other.
  const relevant = others === 'beside' ? all.filter((batch) => batch.module === module) : all;
  if (relevant.length === 0) return null;
  const further = relevant.length - SHOWN;
  return (
    <div>
      <Title order={3} size="h6" mb={4}>
        <Trans>Other active batches of this product</Trans>
      </Title>
      <List size="sm">
        {relevant.slice(0, SHOWN).map(({ id, name, status, targetVersion, ...other }) => (
          <List.Item key={id}>
            <Anchor component={Link} to={paths.batch(id)} inherit underline="always" style={{ overflowWrap: 'anywhere' }}>
              {name}
            </Anchor>{' '}
            {other.module} → {targetVersion} <StatusBadge look={BATCH_LOOKS[status]} />
          </List.Item>
        ))}
        {further > 0 && (
          <List.Item>
            <Trans>and {further} more</Trans>
          </List.Item>
        )}
      </List>
      <Text size="sm" c="dimmed" mt={4}>
        {others === 'keep' && <Trans>Their devices that have not finished keep that update and are skipped.</Trans>}
        {others === 'override' && <Trans>Their devices that have not begun get this update instead.</Trans>}
        {others === 'beside' && <Trans>Updates of the same module that have not begun give way to this one.</Trans>}
      </Text>
    </div>
  );
}
