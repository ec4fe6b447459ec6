import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Code, Group, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { IconFilterOff, IconSearch } from '@tabler/icons-react';
import { SEARCH_FIELD } from '../../app/layout/keyboard';
import { PageTitle } from '../../app/layout/Layout';
import { platform } from '../../app/platform';
import { ROLE_NAMES, useViewer } from '../../app/session/may';
import { EmptyState } from '../../components/EmptyState';
import { ErrorPanel } from '../../components/ErrorPanel';
import { FactList } from '../../components/FactList';
import { PageLoading } from '../../components/PageLoading';
import { Time } from '../../components/Time';
import { useFilters } from '../../components/use-filters';
import { ShowLimitsDocument } from '../../generated/pages/limits/documents';
import { useLoaded } from '../../live/use-loaded';
import { LIMIT_LABELS, SECTION_LABELS } from './labels';
import { LIMIT_SECTIONS, type Section, type Unit } from './sections';
import { useTold } from './use-told';

type Name = keyof typeof LIMIT_LABELS;

/** What is allowed: to whoever is signed in, and of everything. */
export function Page() {
  const { t, i18n } = useLingui();
  const [get, set] = useFilters();
  const { data, problems, reload } = useLoaded('limits', () => platform.query(ShowLimitsDocument, {}));
  const text = get('q').toLowerCase();
  const fits = (name: Name): boolean => `${name} ${i18n._(LIMIT_LABELS[name])}`.toLowerCase().includes(text);
  const sections = (Object.keys(LIMIT_SECTIONS) as Section[])
    .map((section) => ({ section, rows: (Object.entries(LIMIT_SECTIONS[section]) as [Name, Unit][]).filter(([name]) => fits(name)) }))
    .filter(({ rows }) => rows.length > 0);
  return (
    <>
      <PageTitle title={t`Limits`} />
      <Stack gap="lg" maw={900}>
        <Access />
        <Stack gap="xs">
          <Text c="dimmed">
            <Trans>What the platform allows at most, or at least. Whoever runs it can set most of these.</Trans>
          </Text>
          <Group>
            <TextInput
              {...SEARCH_FIELD}
              label={t`Limit has`}
              leftSection={<IconSearch size={16} />}
              value={get('q')}
              onChange={(event) => set({ q: event.currentTarget.value })}
            />
          </Group>
        </Stack>
        <ErrorPanel problems={problems} retry={reload} />
        {!data && problems.length === 0 && <PageLoading />}
        {data?.limits &&
          sections.map(({ section, rows }) => (
            <SectionTable key={section} section={section} rows={rows} limits={data.limits as Readonly<Record<Name, LimitValue>>} />
          ))}
        {data && sections.length === 0 && (
          <EmptyState
            icon={IconFilterOff}
            title={<Trans>No limit fits</Trans>}
            action={
              <Button variant="default" onClick={() => set({ q: null })}>
                <Trans>Show all limits</Trans>
              </Button>
            }
          />
        )}
      </Stack>
    </>
  );
}

function Access() {
  const { t, i18n } = useLingui();
  const viewer = useViewer();
  if (!viewer) return null;
  const { name, role, products, session } = viewer;
  return (
    <section>
      <Title order={2} size="h4" mb="xs">
        <Trans>Your access</Trans>
      </Title>
      <FactList
        facts={[
          [t`You are`, name],
          [t`Role`, i18n._(ROLE_NAMES[role])],
          [t`You see`, products === null ? t`all products` : products.join(', ')],
          ...(session ? [[t`Your session ends`, <Time key="end" at={session.expiresAt} />] as const] : []),
        ]}
      />
    </section>
  );
}

export type LimitValue = number | string | readonly number[] | null;

interface TableProps {
  section: Section;
  rows: readonly (readonly [Name, Unit])[];
  limits: Readonly<Record<Name, LimitValue>>;
}

function SectionTable({ section, rows, limits }: TableProps) {
  const { t, i18n } = useLingui();
  const told = useTold();
  return (
    <section>
      <Title order={2} size="h4" mb="xs">
        {i18n._(SECTION_LABELS[section])}
      </Title>
      <Table verticalSpacing={6} layout="fixed">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t`Limit`}</Table.Th>
            <Table.Th w="32%">{t`Value`}</Table.Th>
            <Table.Th visibleFrom="sm" w="26%">{t`Name in the API`}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(([name, unit]) => (
            <Table.Tr key={name} data-limit={name}>
              <Table.Td>{i18n._(LIMIT_LABELS[name])}</Table.Td>
              <Table.Td>{told(limits[name], unit)}</Table.Td>
              <Table.Td visibleFrom="sm" style={{ overflowWrap: 'anywhere' }}>
                <Code>{name}</Code>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}
