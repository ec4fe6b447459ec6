import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { Anchor, Breadcrumbs, Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconRocket } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { PageTitle } from '../../app/layout/Layout';
import { paths } from '../../app/paths';
import { platform } from '../../app/platform';
import { useViewer } from '../../app/session/may';
import { Can } from '../../components/Can';
import { useConfirm } from '../../components/Confirm';
import { ErrorPanel } from '../../components/ErrorPanel';
import { FactList } from '../../components/FactList';
import { ThingNotFound } from '../../components/NotHere';
import { PageLoading } from '../../components/PageLoading';
import { Time } from '../../components/Time';
import { DeleteGroupDocument, type ListedGroupFragment, RuleOfGroupDocument } from '../../generated/pages/groups/documents';
import { useFormats } from '../../i18n/use-formats';
import { useCommand } from '../../live/use-command';
import { useLoaded } from '../../live/use-loaded';
import { GroupForm } from './GroupForm';
import { GroupTree } from './GroupTree';
import { MayGroup } from './MayGroup';
import { Members } from './members/Members';
import { RuleForm } from './rule/RuleForm';
import { combinedOf, type GivenRule, partOf } from './rule/rule';
import { useSentence } from './rule/sentence';
import { type Branch, treeOf } from './tree';
import { useGroup } from './use-group';

/** One group: where it stands, who is in it, and by what rule. */
export function Page() {
  const { groupId = '' } = useParams();
  const { data, problems, reload, groups, readings } = useGroup(groupId);
  const group = data?.group;
  if (problems.some(({ code }) => code === 'NOT_FOUND' || code === 'GROUP_UNKNOWN')) return <ThingNotFound />;
  if (!data) return problems.length > 0 ? <ErrorPanel problems={problems} retry={reload} /> : <PageLoading />;
  if (!group) return <ThingNotFound />;
  const all = groups.data ?? [];
  const below = branchOf(treeOf(all), group.id)?.below ?? [];
  const changed = (): void => {
    reload();
    groups.reload();
  };
  return (
    <>
      <PageTitle title={group.name}>
        <Actions key={group.id} group={group} groups={all} hasBelow={below.length > 0} changed={changed} />
      </PageTitle>
      <Stack gap="lg">
        <ErrorPanel problems={[...problems, ...groups.problems]} retry={changed} />
        <Above group={group} groups={all} />
        <Facts group={group} />
        {group.kind === 'DYNAMIC' && <Rule group={group} readings={readings} changed={changed} />}
        {below.length > 0 && (
          <section>
            <Title order={2} size="h4" mb="xs">
              <Trans>Groups below it</Trans>
            </Title>
            <GroupTree branches={below} isOpen={false} />
          </section>
        )}
        <Members key={`${group.id} ${group.state}`} group={group} changed={reload} />
      </Stack>
    </>
  );
}

function branchOf(branches: readonly Branch<ListedGroupFragment>[], id: string): Branch<ListedGroupFragment> | undefined {
  for (const branch of branches) {
    const found = branch.group.id === id ? branch : branchOf(branch.below, id);
    if (found) return found;
  }
  return undefined;
}

/** The way to it, from the root. */
function Above({ group, groups }: { group: ListedGroupFragment; groups: readonly ListedGroupFragment[] }) {
  const byId = new Map(groups.map((each) => [each.id, each]));
  const way: ListedGroupFragment[] = [];
  for (let at = byId.get(group.parentId ?? ''); at && way.length < groups.length; at = byId.get(at.parentId ?? '')) way.unshift(at);
  return (
    <Breadcrumbs style={{ flexWrap: 'wrap' }}>
      <Anchor component={Link} to={paths.groups()} size="sm">
        <Trans>All groups</Trans>
      </Anchor>
      {way.map(({ id, name }) => (
        <Anchor key={id} component={Link} to={paths.group(id)} size="sm">
          {name}
        </Anchor>
      ))}
    </Breadcrumbs>
  );
}

function Facts({ group }: { group: ListedGroupFragment & { createdAt: string; deviceCount: number } }) {
  const { t } = useLingui();
  const { count } = useFormats();
  return (
    <FactList
      facts={[
        [t`Kind`, group.kind === 'STATIC' ? t`static: people put devices in` : t`dynamic: by a rule`],
        [
          t`Devices in it`,
          <span key="count" data-count={group.deviceCount} role="status">
            {count(group.deviceCount)} {group.state === 'FILLING' && <Trans>so far: all devices are being compared with the rule</Trans>}
          </span>,
        ],
        [t`Made`, <Time key="made" at={group.createdAt} />],
      ]}
    />
  );
}

function Rule({ group, readings, changed }: { group: ListedGroupFragment; readings: number; changed: () => void }) {
  const sentence = useSentence();
  const viewer = useViewer();
  const isWhole = viewer?.products === null;
  const [editing, setEditing] = useState(false);
  const { data, problems, reload } = useLoaded(isWhole ? `rule ${group.id}` : null, () =>
    platform.query(RuleOfGroupDocument, { id: group.id }),
  );
  useEffect(() => {
    if (readings > 0) reload();
  }, [readings, reload]);
  const rule: GivenRule | null = data?.group?.rule ?? null;
  return (
    <section>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          <Trans>Rule</Trans>
        </Title>
        <MayGroup>
          {(control) => (
            <Button {...control} size="xs" variant="default" disabled={isWhole && rule === null} onClick={() => setEditing(true)}>
              <Trans>Edit name and rule</Trans>
            </Button>
          )}
        </MayGroup>
      </Group>
      <ErrorPanel problems={problems} retry={reload} />
      {rule && (
        <Text style={{ overflowWrap: 'anywhere' }} data-rule>
          {sentence(partOf(rule))}
        </Text>
      )}
      {!isWhole && (
        <Text c="dimmed">
          <Trans>Rules may name other products: they are shown to those who see all products.</Trans>
        </Text>
      )}
      {editing && rule && (
        <RuleForm
          edited={{ group, rule: combinedOf(rule) }}
          close={() => setEditing(false)}
          saved={() => {
            reload();
            changed();
          }}
        />
      )}
    </section>
  );
}

interface ActionsProps {
  group: ListedGroupFragment & { deviceCount: number };
  groups: readonly ListedGroupFragment[];
  hasBelow: boolean;
  changed: () => void;
}

function Actions({ group, groups, hasBelow, changed }: ActionsProps) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const confirm = useConfirm();
  const [open, setOpen] = useState<'edit' | 'below' | null>(null);
  const remove = useCommand(DeleteGroupDocument);
  const isStatic = group.kind === 'STATIC';
  const askDelete = async (): Promise<void> => {
    const yes = await confirm({
      title: t`Delete this group?`,
      danger: true,
      typed: group.name,
      action: t`Delete the group`,
      children: (
        <Plural
          value={group.deviceCount}
          one="# device is no longer in it; the device stays. Dynamic batches for the group take nobody more. It cannot be undone."
          other="# devices are no longer in it; the devices stay. Dynamic batches for the group take nobody more. It cannot be undone."
        />
      ),
    });
    if (yes && (await remove.run({ input: { groupId: group.id } }))) navigate(paths.groups(), { replace: true });
  };
  return (
    <Stack gap="xs" align="end">
      <Group gap="xs">
        {isStatic && (
          <>
            <MayGroup>
              {(control) => (
                <Button {...control} variant="default" onClick={() => setOpen('edit')}>
                  <Trans>Rename or move</Trans>
                </Button>
              )}
            </MayGroup>
            <MayGroup>
              {(control) => (
                <Button {...control} variant="default" onClick={() => setOpen('below')}>
                  <Trans>New group below</Trans>
                </Button>
              )}
            </MayGroup>
          </>
        )}
        <MayGroup unless={hasBelow ? t`There are groups below it: delete or move those first.` : null}>
          {(control) => (
            <Button {...control} variant="default" loading={remove.running} onClick={() => void askDelete()}>
              <Trans>Delete …</Trans>
            </Button>
          )}
        </MayGroup>
        <Can need="OPERATOR">
          {(control) => (
            <Button {...control} component={Link} to={paths.newBatch({ group: group.id })} leftSection={<IconRocket size={16} />}>
              <Trans>New batch</Trans>
            </Button>
          )}
        </Can>
      </Group>
      <ErrorPanel problems={remove.problems} />
      {open === 'edit' && <GroupForm groups={groups} edited={group} close={() => setOpen(null)} saved={changed} />}
      {open === 'below' && <GroupForm groups={groups} below={group.id} close={() => setOpen(null)} />}
    </Stack>
  );
}
