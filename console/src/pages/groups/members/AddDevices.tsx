import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { Button, Checkbox, Group, NativeSelect, ScrollArea, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { platform } from '../../../app/platform';
import { ErrorPanel } from '../../../components/ErrorPanel';
import { InputDialog } from '../../../components/InputDialog';
import {
  AddMembersDocument,
  DevicesToAddDocument,
  GroupProductsDocument,
  type ListedGroupFragment,
} from '../../../generated/pages/groups/documents';
import { useCommand } from '../../../live/use-command';
import { useLoaded } from '../../../live/use-loaded';

interface Props {
  group: ListedGroupFragment;
  close: () => void;
  added: () => void;
}

const QUIET_MS = 250;

/** Devices are looked for by name, chosen, and put in together. What was chosen stays while somebody looks for others. */
export function AddDevices({ group, close, added }: Props) {
  const { t } = useLingui();
  const [wantedProduct, setProduct] = useState('');
  const [name, setName] = useState('');
  const [prefix] = useDebouncedValue(name.trim(), QUIET_MS);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const add = useCommand(AddMembersDocument);
  const products = useLoaded('products to add from', () => platform.list(GroupProductsDocument, {}, (data) => data.products));
  const known = products.data ?? [];
  const productKey = wantedProduct || known[0]?.key || '';
  const filter = { productKey, ...(prefix && { namePrefix: prefix }) };
  const found = useLoaded(productKey && `devices to add ${group.id} ${JSON.stringify(filter)}`, () =>
    platform.query(DevicesToAddDocument, { filter }),
  );
  const edges = (productKey && found.data?.devices?.edges) || [];
  const isIn = (groups: readonly { readonly id: string }[]): boolean => groups.some(({ id }) => id === group.id);
  const free = edges.filter(({ node }) => !isIn(node.groups));
  const toggle = (id: string): void => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const submit = async (): Promise<void> => {
    if (!(await add.run({ input: { groupId: group.id, deviceIds: [...chosen] } }))) return;
    added();
    close();
  };

  return (
    <InputDialog close={close} isDirty={chosen.size > 0} title={<Trans>Add devices to {group.name}</Trans>}>
      <Stack>
        <ErrorPanel problems={[...products.problems, ...found.problems, ...add.problems]} />
        <NativeSelect
          label={t`Product`}
          value={productKey}
          onChange={(event) => setProduct(event.currentTarget.value)}
          data={known.map(({ key, name: label }) => ({ value: key, label: label === key ? key : `${label} (${key})` }))}
        />
        <TextInput label={t`Name begins with`} data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <ScrollArea.Autosize mah={280} type="auto" viewportProps={{ tabIndex: 0 }}>
          <Stack gap={6} py={4}>
            {edges.map(({ node: { id, deviceName, groups } }) => (
              <Checkbox
                key={id}
                label={isIn(groups) ? t`${deviceName} (is in the group)` : deviceName}
                disabled={isIn(groups)}
                checked={isIn(groups) || chosen.has(id)}
                onChange={() => toggle(id)}
                styles={{ label: { overflowWrap: 'anywhere' } }}
              />
            ))}
            {edges.length === 0 && !found.loading && (
              <Text size="sm" c="dimmed">
                <Trans>No device of the product has a name that begins like this.</Trans>
              </Text>
            )}
          </Stack>
        </ScrollArea.Autosize>
        {found.data?.devices?.pageInfo.hasNextPage && (
          <Text size="sm" c="dimmed">
            <Trans>There are more: type more of the name.</Trans>
          </Text>
        )}
        <Group justify="space-between">
          <Button
            variant="default"
            disabled={free.length === 0}
            onClick={() => setChosen(new Set([...chosen, ...free.map(({ node }) => node.id)]))}
          >
            <Trans>Choose all of these</Trans>
          </Button>
          <Group gap="xs">
            <Button variant="default" onClick={close}>
              <Trans>Cancel</Trans>
            </Button>
            <Button disabled={chosen.size === 0} loading={add.running} onClick={() => void submit()}>
              <Plural value={chosen.size} one="Add # device" other="Add # devices" />
            </Button>
          </Group>
        </Group>
      </Stack>
    </InputDialog>
  );
}
