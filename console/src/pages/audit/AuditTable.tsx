import { Trans, useLingui } from '@lingui/react/macro';
import { Anchor, Button, Code, Group, Stack, Table, Text } from '@mantine/core';
import { Fragment, useState } from 'react';
import { ROLE_NAMES } from '../../app/session/may';
import { CopyText } from '../../components/CopyText';
import { StatusBadge } from '../../components/StatusBadge';
import { Time } from '../../components/Time';
import type { ShownEntryFragment } from '../../generated/pages/audit/documents';
import { KIND_NAMES, RESULT_LOOKS } from './looks';

interface Props {
  entries: readonly ShownEntryFragment[];
  filterBy: (changes: Readonly<Record<string, string | null>>) => void;
}

export function AuditTable({ entries, filterBy }: Props) {
  const { t, i18n } = useLingui();
  const [open, setOpen] = useState<string | null>(null);
  return (
    <Table.ScrollContainer minWidth={860} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t`When`}</Table.Th>
            <Table.Th>{t`Who`}</Table.Th>
            <Table.Th>{t`Action`}</Table.Th>
            <Table.Th>{t`About`}</Table.Th>
            <Table.Th>{t`Result`}</Table.Th>
            <Table.Th>{t`Details`}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map((entry) => (
            <Fragment key={entry.id}>
              <Table.Tr data-entry={entry.action ?? entry.kind} data-result={entry.result}>
                <Table.Td style={{ whiteSpace: 'nowrap' }}>
                  <Time at={entry.at} precision="second" />
                </Table.Td>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>
                  <Who entry={entry} filterBy={filterBy} />
                </Table.Td>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>
                  {entry.action ?? i18n._(KIND_NAMES[entry.kind])}
                  {entry.count > 1 && ` × ${entry.count}`}
                </Table.Td>
                <Table.Td maw={260}>
                  <Group gap={6}>
                    {entry.objects.slice(0, 3).map((id) => (
                      <Anchor
                        key={id}
                        component="button"
                        type="button"
                        size="sm"
                        ta="left"
                        style={{ overflowWrap: 'anywhere' }}
                        onClick={() => filterBy({ object: id })}
                      >
                        {id}
                      </Anchor>
                    ))}
                    {entry.objects.length > 3 && (
                      <Text size="sm" c="dimmed">
                        +{entry.objects.length - 3}
                      </Text>
                    )}
                  </Group>
                </Table.Td>
                <Table.Td>
                  <StatusBadge look={RESULT_LOOKS[entry.result]} {...(entry.codes.length > 0 && { note: entry.codes.join(', ') })} />
                </Table.Td>
                <Table.Td>
                  <Button
                    size="xs"
                    variant="default"
                    aria-expanded={open === entry.id}
                    onClick={() => setOpen(open === entry.id ? null : entry.id)}
                  >
                    {open === entry.id ? <Trans>Hide</Trans> : <Trans>Show</Trans>}
                  </Button>
                </Table.Td>
              </Table.Tr>
              {open === entry.id && (
                <Table.Tr>
                  <Table.Td colSpan={6}>
                    <Details entry={entry} />
                  </Table.Td>
                </Table.Tr>
              )}
            </Fragment>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Who({ entry, filterBy }: { entry: ShownEntryFragment; filterBy: Props['filterBy'] }) {
  const { t, i18n } = useLingui();
  const { actor, actorName, role } = entry;
  if (actor === null)
    return (
      <Text size="sm" c="dimmed">
        <Trans>nobody known</Trans>
      </Text>
    );
  return (
    <>
      <Anchor component="button" type="button" size="sm" ta="left" onClick={() => filterBy({ actor })}>
        {actorName ?? t`forgotten`}
      </Anchor>
      {role && (
        <Text size="xs" c="dimmed">
          {i18n._(ROLE_NAMES[role])}
        </Text>
      )}
    </>
  );
}

function Details({ entry }: { entry: ShownEntryFragment }) {
  const { t, i18n } = useLingui();
  const texts = [
    [t`Asked`, entry.input],
    [t`Before`, entry.before],
    [t`After`, entry.after],
  ] as const;
  return (
    <Stack gap="xs">
      <Text size="sm">
        {i18n._(KIND_NAMES[entry.kind])}
        {entry.address !== null && <> · {t`from ${entry.address}`}</>} ·{' '}
        {entry.segment === null ? t`sealed in a few seconds` : t`sealed in segment ${entry.segment}`}
      </Text>
      {texts.map(
        ([label, text]) =>
          text !== null && (
            <div key={label}>
              <Text size="sm" fw={600}>
                {label}
              </Text>
              <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
                {indented(text)}
              </Code>
            </div>
          ),
      )}
      {entry.correlationId !== null && <CopyText value={entry.correlationId} label={t`id of the request`} />}
      <CopyText value={entry.id} label={t`id of the entry`} />
    </Stack>
  );
}

/** As it is where it was cut, and so is no JSON any more. */
function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
