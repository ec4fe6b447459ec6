import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { Button, Stack, Text } from '@mantine/core';
import { IconPlus, IconStack2 } from '@tabler/icons-react';
import { Link } from 'react-router';
import { PageTitle } from '../../../app/layout/Layout';
import { paths } from '../../../app/paths';
import { Can } from '../../../components/Can';
import { EmptyState } from '../../../components/EmptyState';
import { ErrorPanel } from '../../../components/ErrorPanel';
import { MoreRows } from '../../../components/MoreRows';
import { NewRows } from '../../../components/NewRows';
import { useFilters } from '../../../components/use-filters';
import { BatchTable } from './BatchTable';
import { Filters } from './Filters';
import { filterOf } from './filter';
import { useBatches } from './use-batches';

/** Batches, the newest first, as they are now; what is filtered stands in the address. */
export function Page() {
  const { t } = useLingui();
  const [value, set] = useFilters();
  const filter = filterOf(value);
  const { state, error, reload, reading, readMore } = useBatches(filter, value('order') === 'oldest' ? 'ASCENDING' : 'DESCENDING');
  const isFiltered = Object.keys(filter).length > 0;

  return (
    <>
      <PageTitle title={t`Batches`}>
        <Can need="OPERATOR">
          {(control) => (
            <Button {...control} component={Link} to={paths.newBatch()} leftSection={<IconPlus size={16} />}>
              <Trans>New batch</Trans>
            </Button>
          )}
        </Can>
      </PageTitle>
      <Stack>
        <Filters value={value} set={set} />
        {error && <ErrorPanel problems={error.problems} retry={reload} />}
        {state && <NewRows count={state.unseen.size} show={reload} />}
        {state && state.rows.length > 0 && <BatchTable batches={state.rows} gone={state.gone} />}
        {state && state.rows.length === 0 && (
          <EmptyState icon={IconStack2} title={isFiltered ? <Trans>No batch fits the filter</Trans> : <Trans>There is no batch yet</Trans>}>
            {!isFiltered && <Trans>A batch pushes a package to devices. Upload a package first, then make a batch for it.</Trans>}
          </EmptyState>
        )}
        {state && state.rows.length > 0 && (
          <Text size="sm" c="dimmed" data-total>
            {state.totalCount === null ? (
              <Plural value={state.rows.length} one="# batch so far." other="# batches so far." />
            ) : (
              <Plural value={state.totalCount} one="# batch." other="# batches." />
            )}
          </Text>
        )}
        <MoreRows loading={reading || (!state && !error)} hasMore={state?.more != null} readMore={readMore} />
      </Stack>
    </>
  );
}
