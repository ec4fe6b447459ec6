import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { Button, Group, Paper, Stack, Text, TextInput } from '@mantine/core';
import type { Problem } from '@updraft/client';
import { type FormEvent, useState } from 'react';
import { useNavigate } from 'react-router';
import { paths } from '../../../app/paths';
import { platform } from '../../../app/platform';
import { ErrorPanel } from '../../../components/ErrorPanel';
import { InputDialog } from '../../../components/InputDialog';
import { SAVED } from '../../../components/Unsaved';
import {
  EditDynamicGroupDocument,
  GroupProductsDocument,
  type ListedGroupFragment,
  MakeDynamicGroupDocument,
} from '../../../generated/pages/groups/documents';
import { useErrorText } from '../../../i18n/error-text';
import { useCommand } from '../../../live/use-command';
import { useLoaded } from '../../../live/use-loaded';
import { RuleBuilder } from './RuleBuilder';
import { type Combined, inputOf, newCombined } from './rule';
import { useSentence } from './sentence';
import { useCount } from './use-count';

interface Props {
  /** The group whose rule is changed, with its rule; none: a new one. */
  edited?: { group: ListedGroupFragment; rule: Combined };
  close: () => void;
  saved?: () => void;
}

/** As deep as the API takes them (`limits.groupRuleDepth`). */
const DEPTH = 3;

/** A dynamic group: its name, its rule, and how many devices that is now. */
export function RuleForm({ edited, close, saved }: Props) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const textOf = useErrorText();
  const [name, setName] = useState(edited?.group.name ?? '');
  const [rule, setRule] = useState<Combined>(() => edited?.rule ?? newCombined('all'));
  const [opened] = useState(() => JSON.stringify([name, rule]));
  const make = useCommand(MakeDynamicGroupDocument);
  const edit = useCommand(EditDynamicGroupDocument);
  const products = useLoaded('products of rules', () => platform.list(GroupProductsDocument, {}, (data) => data.products));
  const problems = [...make.problems, ...edit.problems];
  const { errors, others } = atFields(problems, textOf);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const input = inputOf(rule);
    if (edited) {
      const isOther = JSON.stringify(input) !== JSON.stringify(inputOf(edited.rule));
      const changes = { groupId: edited.group.id, ...(name !== edited.group.name && { name }), ...(isOther && { rule: input }) };
      if (!(await edit.run({ input: changes }))) return;
      saved?.();
      return close();
    }
    const answer = await make.run({ input: { name, rule: input } });
    const id = answer?.createDynamicGroup.group?.id;
    if (id === undefined) return;
    close();
    navigate(paths.group(id), SAVED);
  };

  return (
    <InputDialog
      size="xl"
      close={close}
      isDirty={JSON.stringify([name, rule]) !== opened}
      title={edited ? t`Edit the dynamic group` : t`New dynamic group`}
    >
      <form onSubmit={(event) => void submit(event)} noValidate>
        <Stack>
          <ErrorPanel problems={others} />
          <TextInput
            label={t`Name`}
            description={t`Unique among all groups.`}
            withAsterisk
            data-autofocus
            value={name}
            error={errors.get('name')}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <RuleBuilder rule={rule} path="rule" set={setRule} products={products.data ?? []} depth={DEPTH} errors={errors} />
          <Effect rule={rule} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" loading={make.running || edit.running}>
              {edited ? <Trans>Save</Trans> : <Trans>Create the group</Trans>}
            </Button>
          </Group>
        </Stack>
      </form>
    </InputDialog>
  );
}

/** What the rule says, and whom it matches now. */
function Effect({ rule }: { rule: Combined }) {
  const sentence = useSentence();
  const textOf = useErrorText();
  const { counted, problems, isCurrent } = useCount(rule);
  const [first] = problems;
  const devices = counted?.devices ?? null;
  return (
    <Paper withBorder p="sm" role="status" data-count={isCurrent ? (devices ?? 'none') : 'open'}>
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {sentence(rule)}
      </Text>
      <Text size="sm" fw={600}>
        {!isCurrent ? (
          <Trans>Counting …</Trans>
        ) : devices === null ? (
          first ? (
            textOf(first)
          ) : (
            '–'
          )
        ) : counted?.isExact ? (
          <Plural value={devices} one="# device now." other="# devices now." />
        ) : (
          <Plural value={devices} one="About # device now, by a sample." other="About # devices now, by a sample." />
        )}
      </Text>
    </Paper>
  );
}

/** What the API says of the rule, by its path; of anything else, for all to see. */
function atFields(problems: readonly Problem[], textOf: (problem: Problem) => string) {
  const errors = new Map<string, string>();
  const others: Problem[] = [];
  for (const problem of problems) {
    const at = problem.field?.replace(/^input\./, '');
    if (at === 'name' || at?.startsWith('rule')) errors.set(at, textOf(problem));
    else others.push(problem);
  }
  return { errors, others };
}
