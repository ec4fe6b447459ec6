import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { List, Text } from '@mantine/core';
import type { Field } from '../form/to-input';

const NAMES: Partial<Record<string, MessageDescriptor>> = {
  packageId: msg`a package`,
  deviceNames: msg`names of devices`,
  listId: msg`a file with names of devices, all of them right`,
  province: msg`a province`,
  city: msg`a city`,
  percent: msg`a percentage`,
  groupId: msg`a group`,
  sourceVersions: msg`source versions`,
  startAt: msg`the time of the start`,
  endAt: msg`a valid time of the end`,
  failedPercent: msg`a share or a number of failures that halts it`,
  minimumJudged: msg`after how many devices it may halt`,
};

const OTHER = msg`a number that was left empty`;
const TAG = msg`the key of a tag`;

/** What is to be filled in before anything can be said. */
export function Lacks({ lacks }: { lacks: readonly Field[] }) {
  const { i18n } = useLingui();
  if (lacks.length === 0) return null;
  const names = new Set(lacks.map((field) => i18n._(field.startsWith('tags.') ? TAG : (NAMES[field] ?? OTHER))));
  return (
    <>
      <Text size="sm">
        <Trans>Still needed for a preview:</Trans>
      </Text>
      <List size="sm">
        {[...names].map((name) => (
          <List.Item key={name}>{name}</List.Item>
        ))}
      </List>
    </>
  );
}
