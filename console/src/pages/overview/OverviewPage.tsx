import { Trans, useLingui } from '@lingui/react/macro';
import { Anchor, Button, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { IconPackage, IconStack2 } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { PageTitle } from '../../app/layout/Layout';
import { paths } from '../../app/paths';
import { useViewer } from '../../app/session/may';
import { EmptyState } from '../../components/EmptyState';
import { ErrorPanel } from '../../components/ErrorPanel';
import { PageLoading } from '../../components/PageLoading';
import { useFilters } from '../../components/use-filters';
import type { CardBatchFragment, OverviewQuery } from '../../generated/pages/overview/documents';
import { BatchCard } from './BatchCard';
import { Causes } from './Causes';
import { Numbers } from './Numbers';
import { OverTime, RANGES, rangeOf } from './OverTime';
import { Unverified } from './Unverified';
import { useOverview } from './use-overview';
import { Versions } from './Versions';
import { Waiting } from './Waiting';

type List = { readonly edges: readonly { readonly node: CardBatchFragment }[] } | null;
const nodes = (list: List): readonly CardBatchFragment[] => (list?.edges ?? []).map(({ node }) => node);

/** What needs a person comes first, then what is on its way. */
export function Page() {
  const { t } = useLingui();
  const [filter] = useFilters();
  const all = useOverview(RANGES[rangeOf(filter('range'))]);
  const { data, problems, reload } = all.overview;
  return (
    <>
      <PageTitle title={t`Overview`} />
      <ErrorPanel problems={problems} retry={reload} />
      {data ? <Overview data={data} all={all} /> : problems.length === 0 && <PageLoading />}
    </>
  );
}

function Overview({ data, all: { numbers, flow, rates, told } }: { data: OverviewQuery; all: ReturnType<typeof useOverview> }) {
  const isWhole = useViewer()?.products === null;
  const products = (data.products?.edges ?? []).map(({ node }) => node);
  const running = nodes(data.running);
  const stopped = [...nodes(data.halted), ...nodes(data.paused)];
  const waiting = running.filter(({ counts }) => counts.unconfirmed > 0);
  const unverified = data.unverified?.edges.length ?? 0;
  if (products.length === 0)
    return (
      <EmptyState
        icon={IconPackage}
        title={<Trans>Nothing is here yet</Trans>}
        action={
          <Button component={Link} to={paths.products()}>
            <Trans>Create a product</Trans>
          </Button>
        }
      >
        <Trans>Create a product and register its devices, upload a package, then push it with a batch.</Trans>
      </EmptyState>
    );
  const failing = [data.running, data.halted].flatMap((list) => (list?.edges ?? []).map(({ node }) => node));
  const sum = (of: 'asked' | 'reached'): number => running.reduce((total, { id, rate }) => total + (rates.get(id) ?? rate)[of], 0);
  return (
    <Stack gap="xl">
      <ErrorPanel problems={numbers.problems} retry={numbers.reload} />
      <Numbers
        numbers={numbers.data}
        loading={numbers.loading}
        reload={numbers.reload}
        rate={{ asked: sum('asked'), reached: sum('reached') }}
        flow={flow.data}
        isWhole={isWhole}
      />
      {stopped.length + waiting.length + unverified > 0 && (
        <Section title={<Trans>Needs attention</Trans>} batches={[...stopped, ...waiting]} told={told}>
          <Unverified packages={data.unverified} />
        </Section>
      )}
      <Section title={<Trans>Running</Trans>} batches={running.filter((batch) => !waiting.includes(batch))} told={told}>
        {running.length === 0 && (
          <EmptyState
            icon={IconStack2}
            order={3}
            title={<Trans>No batch is running</Trans>}
            action={
              <Button component={Link} to={paths.batches()} variant="default">
                <Trans>All batches</Trans>
              </Button>
            }
          />
        )}
        {data.running?.pageInfo.hasNextPage && (
          <Text size="sm" mt="xs">
            <Trans>More batches are running: these are the newest.</Trans>{' '}
            <Anchor inherit underline="always" component={Link} to={`${paths.batches()}?status=RUNNING`}>
              <Trans>All that run</Trans>
            </Anchor>
          </Text>
        )}
      </Section>
      <Section title={<Trans>Scheduled</Trans>} batches={nodes(data.scheduled)} hideEmpty />
      <Waiting tasks={numbers.data?.waiting} />
      <OverTime loaded={flow} isWhole={isWhole} />
      <Causes batches={failing} />
      <Versions products={products} />
    </Stack>
  );
}

interface SectionProps {
  title: ReactNode;
  batches: readonly CardBatchFragment[];
  told?: ReturnType<typeof useOverview>['told'];
  hideEmpty?: boolean;
  children?: ReactNode;
}

function Section({ title, batches, told, hideEmpty = false, children }: SectionProps) {
  if (hideEmpty && batches.length === 0) return null;
  return (
    <section>
      <Title order={2} size="h3" mb="sm">
        {title}{' '}
        {batches.length > 0 && (
          <Text component="span" c="dimmed" inherit>
            {batches.length}
          </Text>
        )}
      </Title>
      <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }}>
        {batches.map((batch) => (
          <BatchCard key={batch.id} batch={batch} {...(told && { told })} />
        ))}
      </SimpleGrid>
      {children}
    </section>
  );
}
