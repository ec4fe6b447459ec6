import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Stack } from '@mantine/core';
import { IconDownload, IconHistory, IconLock } from '@tabler/icons-react';
import { PageTitle } from '../../app/layout/Layout';
import { useMay } from '../../app/session/may';
import { EmptyState } from '../../components/EmptyState';
import { ErrorPanel } from '../../components/ErrorPanel';
import { MoreRows } from '../../components/MoreRows';
import { useFilters } from '../../components/use-filters';
import { AuditFilters } from './AuditFilters';
import { AuditTable } from './AuditTable';
import { FILTERS, filterOf } from './filter';
import { useAudit } from './use-audit';

/** Who has done what, as it happens. */
export function Page() {
  const { t } = useLingui();
  const may = useMay('ADMINISTRATOR');
  const [get, set] = useFilters();
  const filter = filterOf(get);
  const filtered = Object.values(filter).some((value) => value !== null);
  const audit = useAudit(filter, may);
  const exported = `/audit.jsonl${filter.since ? `?since=${encodeURIComponent(filter.since)}` : ''}`;
  if (!may)
    return (
      <>
        <PageTitle title={t`Audit`} />
        <EmptyState icon={IconLock} title={<Trans>This page is for administrators</Trans>}>
          <Trans>Ask one of them for what you need.</Trans>
        </EmptyState>
      </>
    );
  return (
    <>
      <PageTitle title={t`Audit`}>
        <Button component="a" href={exported} variant="default" leftSection={<IconDownload size={16} />}>
          {filter.since ? <Trans>Export all since then</Trans> : <Trans>Export all</Trans>}
        </Button>
      </PageTitle>
      <Stack>
        <AuditFilters get={get} set={set} />
        <ErrorPanel problems={audit.problems} retry={audit.reload} />
        {audit.entries && audit.entries.length > 0 && <AuditTable entries={audit.entries} filterBy={set} />}
        {audit.entries?.length === 0 && (
          <EmptyState
            icon={IconHistory}
            title={filtered ? <Trans>Nothing matches</Trans> : <Trans>Nothing has been done yet</Trans>}
            action={
              filtered && (
                <Button variant="default" onClick={() => set(Object.fromEntries(FILTERS.map((name) => [name, null])))}>
                  <Trans>Take all filters away</Trans>
                </Button>
              )
            }
          >
            <Trans>Each change, refusal and sign-in appears here at once.</Trans>
          </EmptyState>
        )}
        <MoreRows {...audit} />
      </Stack>
    </>
  );
}
