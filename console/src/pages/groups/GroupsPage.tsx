import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import { IconFilterOff, IconPlus, IconSearch, IconSitemap } from '@tabler/icons-react';
import { useState } from 'react';
import { SEARCH_FIELD } from '../../app/layout/keyboard';
import { PageTitle } from '../../app/layout/Layout';
import { EmptyState } from '../../components/EmptyState';
import { ErrorPanel } from '../../components/ErrorPanel';
import { PageLoading } from '../../components/PageLoading';
import { useFilters } from '../../components/use-filters';
import { GroupForm } from './GroupForm';
import { GroupTree } from './GroupTree';
import { MayGroup } from './MayGroup';
import { RuleForm } from './rule/RuleForm';
import { pruned, treeOf } from './tree';
import { useGroups } from './use-groups';

/** Static groups with what is below them, and dynamic ones. */
export function Page() {
  const { t } = useLingui();
  const [get, set] = useFilters();
  const [making, setMaking] = useState<'static' | 'dynamic' | null>(null);
  const { data: groups, problems, reload } = useGroups();
  const text = get('q').toLowerCase();
  const kind = ['STATIC', 'DYNAMIC'].find((each) => each === get('kind')) ?? '';
  const isFiltered = text !== '' || kind !== '';
  const tree = pruned(treeOf(groups ?? []), (group) => group.name.toLowerCase().includes(text) && (!kind || group.kind === kind));
  const close = (): void => setMaking(null);

  const buttons = (
    <Group gap="xs">
      <MayGroup>
        {(control) => (
          <Button {...control} variant="default" leftSection={<IconPlus size={16} />} onClick={() => setMaking('dynamic')}>
            <Trans>New dynamic group</Trans>
          </Button>
        )}
      </MayGroup>
      <MayGroup>
        {(control) => (
          <Button {...control} leftSection={<IconPlus size={16} />} onClick={() => setMaking('static')}>
            <Trans>New group</Trans>
          </Button>
        )}
      </MayGroup>
    </Group>
  );
  return (
    <>
      <PageTitle title={t`Groups`}>{buttons}</PageTitle>
      <Stack>
        <Group align="end">
          <TextInput
            {...SEARCH_FIELD}
            label={t`Name has`}
            leftSection={<IconSearch size={16} />}
            value={get('q')}
            onChange={(event) => set({ q: event.currentTarget.value })}
          />
          <NativeSelect
            label={t`Kind`}
            value={kind}
            onChange={(event) => set({ kind: event.currentTarget.value })}
            data={[
              { value: '', label: t`any` },
              { value: 'STATIC', label: t`static: people put devices in` },
              { value: 'DYNAMIC', label: t`dynamic: by a rule` },
            ]}
          />
        </Group>
        <ErrorPanel problems={problems} retry={reload} />
        {!groups && problems.length === 0 && <PageLoading />}
        {groups?.length === 0 && (
          <EmptyState icon={IconSitemap} title={<Trans>There is no group yet</Trans>}>
            <Trans>A batch can be pushed to a group. Put devices into one by hand, or let a rule decide who is in it.</Trans>
          </EmptyState>
        )}
        {groups && groups.length > 0 && tree.length === 0 && (
          <EmptyState
            icon={IconFilterOff}
            title={<Trans>No group fits</Trans>}
            action={
              <Button variant="default" onClick={() => set({ q: null, kind: null })}>
                <Trans>Show all groups</Trans>
              </Button>
            }
          />
        )}
        {tree.length > 0 && <GroupTree branches={tree} isOpen={isFiltered} />}
      </Stack>
      {making === 'static' && <GroupForm groups={groups ?? []} close={close} />}
      {making === 'dynamic' && <RuleForm close={close} />}
    </>
  );
}
