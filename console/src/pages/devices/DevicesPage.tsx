import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { Button, Group, Stack, Text } from '@mantine/core';
import { IconCpu, IconDownload, IconFilterOff, IconRefresh } from '@tabler/icons-react';
import { memo, useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { PageTitle } from '../../app/layout/Layout';
import { EmptyState } from '../../components/EmptyState';
import { ErrorPanel } from '../../components/ErrorPanel';
import { NewRows } from '../../components/NewRows';
import { useFilters } from '../../components/use-filters';
import { useErrorText } from '../../i18n/error-text';
import { useFormats } from '../../i18n/use-formats';
import { AddDevices } from './AddDevices';
import { DevicesTable } from './DevicesTable';
import { Filters } from './Filters';
import { csvAddressOf, FILTER_NAMES, fieldOf, filterOf, orderOf } from './filter';
import { type Devices, useDevices } from './use-devices';

/** All devices, by product and name; what is filtered stands in the address. */
export function Page() {
  const textOf = useErrorText();
  const [search] = useSearchParams();
  const [, setFilters] = useFilters();
  const filter = useMemo(() => filterOf(search), [search]);
  const order = orderOf(search);
  const devices = useDevices(filter, order);
  const { pages, problems, reading, reload, unseen } = devices;
  const isFiltered = Object.keys(filter).length > 0;

  const set = useCallback((name: string, value: string): void => setFilters({ [name]: value }), [setFilters]);
  const clear = (): void => setFilters(Object.fromEntries(FILTER_NAMES.map((name) => [name, null])));
  const errors = useMemo(
    () => Object.fromEntries(problems.flatMap((problem) => [[fieldOf(problem.field), textOf(problem)] as const]).filter(([at]) => at)),
    [problems, textOf],
  );
  const others = problems.filter(({ field }) => fieldOf(field) === null);
  const isEmpty = !pages.hasMore && pages.count === 0;

  return (
    <>
      <Heading product={search.get('product') ?? ''} />
      <Stack gap="sm">
        <Filters search={search} set={set} errors={errors} />
        <ErrorPanel problems={others} retry={reload} />
        <NewRows count={unseen.size} show={reload} />
        {isEmpty && isFiltered && (
          <EmptyState
            icon={IconFilterOff}
            title={<Trans>No device fits</Trans>}
            action={
              <Button variant="default" onClick={clear}>
                <Trans>Show all devices</Trans>
              </Button>
            }
          >
            <Trans>Names and versions are compared exactly as they are written.</Trans>
          </EmptyState>
        )}
        {isEmpty && !isFiltered && (
          <EmptyState icon={IconCpu} title={<Trans>There is no device yet</Trans>} action={<AddDevices product="" />}>
            <Trans>Devices are registered within a product, by the API or from a file. Each gets a secret to connect with.</Trans>
          </EmptyState>
        )}
        {!isEmpty && problems.length === 0 && (
          <Summary devices={devices} clear={isFiltered ? clear : null} reading={reading} csv={csvAddressOf(filter)} />
        )}
        {!isEmpty && problems.length === 0 && <DevicesTable key={JSON.stringify([order, filter])} devices={devices} />}
      </Stack>
    </>
  );
}

/** Apart, since the rest is drawn anew with each page that is read. */
const Heading = memo(function Heading({ product }: { product: string }) {
  const { t } = useLingui();
  return (
    <PageTitle title={t`Devices`}>
      <AddDevices product={product} />
    </PageTitle>
  );
});

interface SummaryProps {
  devices: Devices;
  clear: (() => void) | null;
  reading: boolean;
  /** The address of what is listed as a file. */
  csv: string;
}

/** Above the list, whose height is known only when it has been read. */
function Summary({ devices, clear, reading, csv }: SummaryProps) {
  const { pages, total, reload } = devices;
  const { count } = useFormats();
  return (
    <Group justify="space-between" gap="xs">
      <Text size="sm" c="dimmed" role="status">
        {pages.count === 0 ? (
          <Trans>Loading …</Trans>
        ) : !pages.hasMore ? (
          <Plural value={pages.count} one="# device." other="# devices." />
        ) : total === null ? (
          <Plural value={pages.count} one="# device so far; scroll for more." other="# devices so far; scroll for more." />
        ) : (
          <Trans>
            {count(pages.count)} of {count(total)} devices; scroll for more.
          </Trans>
        )}
      </Text>
      <Group gap="xs">
        {clear && (
          <Button variant="subtle" size="xs" onClick={clear} leftSection={<IconFilterOff size={14} />}>
            <Trans>Clear the filter</Trans>
          </Button>
        )}
        <Button component="a" href={csv} variant="default" size="xs" leftSection={<IconDownload size={14} />}>
          <Trans>Devices as CSV</Trans>
        </Button>
        <Button variant="default" size="xs" onClick={reload} loading={reading} leftSection={<IconRefresh size={14} />}>
          <Trans>Refresh</Trans>
        </Button>
      </Group>
    </Group>
  );
}
