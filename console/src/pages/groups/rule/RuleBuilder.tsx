import { Trans, useLingui } from '@lingui/react/macro';
import { ActionIcon, Button, Group, NativeSelect, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { GroupProductsQuery } from '../../../generated/pages/groups/documents';
import classes from './RuleBuilder.module.css';
import {
  type Combination,
  type Combined,
  type Condition,
  type Field,
  isCombined,
  newCombined,
  newCondition,
  type Operator,
  type Part,
} from './rule';

export type Product = NonNullable<GroupProductsQuery['products']>['edges'][number]['node'];

interface Shared {
  products: readonly Product[];
  /** How deep combinations may be within each other. */
  depth: number;
  /** By path of the rule as the API has it: `rule.all[0].values`. */
  errors: ReadonlyMap<string, string>;
}

interface Props extends Shared {
  rule: Combined;
  path: string;
  set: (rule: Combined) => void;
  remove?: () => void;
}

/** Conditions, and combinations of them within each other. */
export function RuleBuilder({ rule, path, set, remove, ...shared }: Props) {
  const { t } = useLingui();
  const change = (index: number, part: Part): void => set({ ...rule, parts: rule.parts.with(index, part) });
  const drop = (index: number): void => set({ ...rule, parts: rule.parts.filter((_, at) => at !== index) });
  const add = (part: Part): void => set({ ...rule, parts: [...rule.parts, part] });
  const own = shared.errors.get(path) ?? shared.errors.get(`${path}.${rule.how}`);
  return (
    <fieldset className={classes.part}>
      <Stack gap="sm">
        <Group gap="xs" wrap="nowrap" justify="space-between">
          <NativeSelect
            aria-label={t`How the conditions belong together`}
            value={rule.how}
            onChange={(event) => set({ ...rule, how: event.currentTarget.value as Combination })}
            data={[
              { value: 'all', label: t`all of these hold` },
              { value: 'any', label: t`at least one of these holds` },
              { value: 'none', label: t`none of these holds` },
            ]}
          />
          {remove && <Remove label={t`Take this combination away`} remove={remove} />}
        </Group>
        {own && (
          <Text size="sm" c="var(--mantine-color-error)" role="alert">
            {own}
          </Text>
        )}
        {rule.parts.map((part, index) => {
          const at = `${path}.${rule.how}[${index}]`;
          return isCombined(part) ? (
            <RuleBuilder
              key={part.id}
              {...shared}
              depth={shared.depth - 1}
              rule={part}
              path={at}
              set={(next) => change(index, next)}
              remove={() => drop(index)}
            />
          ) : (
            <ConditionFields
              key={part.id}
              {...shared}
              condition={part}
              path={at}
              set={(next) => change(index, next)}
              {...(rule.parts.length > 1 && { remove: () => drop(index) })}
            />
          );
        })}
        <Group gap="xs">
          <Button size="xs" variant="default" leftSection={<IconPlus size={14} />} onClick={() => add(newCondition())}>
            <Trans>Add a condition</Trans>
          </Button>
          {shared.depth > 1 && (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconPlus size={14} />}
              onClick={() => add(newCombined(rule.how === 'any' ? 'all' : 'any'))}
            >
              <Trans>Add a combination</Trans>
            </Button>
          )}
        </Group>
      </Stack>
    </fieldset>
  );
}

const Remove = ({ label, remove }: { label: string; remove: () => void }) => (
  <ActionIcon variant="subtle" color="gray" c="inherit" size={36} aria-label={label} onClick={remove}>
    <IconTrash size={16} />
  </ActionIcon>
);

interface ConditionProps extends Shared {
  condition: Condition;
  path: string;
  set: (condition: Condition) => void;
  remove?: () => void;
}

function ConditionFields({ condition, path, set, remove, products, errors }: ConditionProps) {
  const { t } = useLingui();
  const { field, of, operator, values } = condition;
  const wrongValue = [...errors].find(([at]) => at.startsWith(`${path}.values`))?.[1];
  return (
    <div className={classes.condition}>
      <NativeSelect
        className={classes.choice}
        aria-label={t`What the condition is about`}
        value={field}
        error={errors.get(path) ?? errors.get(`${path}.field`)}
        onChange={(event) => set({ ...condition, field: event.currentTarget.value as Field, of: '', values: [] })}
        data={[
          { value: 'PRODUCT', label: t`Product` },
          { value: 'PROVINCE', label: t`Province` },
          { value: 'CITY', label: t`City` },
          { value: 'TAG', label: t`Tag` },
          { value: 'MODULE_VERSION', label: t`Version of a module` },
        ]}
      />
      {field === 'TAG' && (
        <TextInput
          className={classes.choice}
          aria-label={t`Key of the tag`}
          placeholder={t`Key of the tag`}
          value={of}
          error={errors.get(`${path}.key`)}
          onChange={(event) => set({ ...condition, of: event.currentTarget.value })}
        />
      )}
      {field === 'MODULE_VERSION' && (
        <TextInput
          className={classes.choice}
          aria-label={t`Module`}
          placeholder={t`Module, e.g. default`}
          value={of}
          error={errors.get(`${path}.module`)}
          onChange={(event) => set({ ...condition, of: event.currentTarget.value })}
        />
      )}
      <NativeSelect
        className={classes.choice}
        aria-label={t`How it is compared`}
        value={operator}
        error={errors.get(`${path}.operator`)}
        onChange={(event) => set({ ...condition, operator: event.currentTarget.value as Operator })}
        data={[
          { value: 'IN', label: t`is one of` },
          { value: 'NOT_IN', label: t`is known and none of` },
          { value: 'PREFIX', label: t`begins with one of` },
        ]}
      />
      <TagsInput
        className={classes.values}
        aria-label={t`Values`}
        placeholder={values.length === 0 ? t`Value, then Enter` : ''}
        value={[...values]}
        error={wrongValue}
        acceptValueOnBlur
        data={field === 'PRODUCT' ? products.map(({ key }) => key) : []}
        onChange={(next) => set({ ...condition, values: next })}
      />
      {remove && <Remove label={t`Take this condition away`} remove={remove} />}
    </div>
  );
}
