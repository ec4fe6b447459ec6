import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { Stack, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Time } from '../../../components/Time';
import type { EndLimit, WhatWouldHappenFragment } from '../../../generated/pages/new-batch/documents';
import { useFormats } from '../../../i18n/use-formats';

const END_TEXTS: Record<EndLimit, MessageDescriptor> = {
  CONFIRMATION: msg`It ends when every device is confirmed and has finished.`,
  DEVICES: msg`It ends when the last device has finished.`,
  DEVICE_REQUEST: msg`Nothing is pushed: it ends when every device has asked and finished.`,
  NOTHING_TO_PUSH: msg`No device has to be notified: it ends at once.`,
  PAUSED: msg`It goes on when somebody resumes it.`,
  PUSH_RATE: msg`That is when the last device is notified, if all are on-line. It then needs its own time to upgrade.`,
  SCHEDULE_END: msg`The scheduled end comes first: what has not ended by then is canceled.`,
};

/** When it begins and ends, as far as can be said, and when failures stop it. */
export function Ends({ shown }: { shown: WhatWouldHappenFragment }) {
  const { i18n } = useLingui();
  const { startAt, lastPushAt, expectedEnd, earliestHalt, limitedBy } = shown;
  return (
    <Stack gap="xs">
      <Table fz="sm" layout="auto" withRowBorders={false} verticalSpacing={4}>
        <Table.Tbody>
          <Row name={<Trans>Starts</Trans>}>
            <Time at={startAt} />
          </Row>
          <Row name={<Trans>Last device notified</Trans>}>{lastPushAt ? <Time at={lastPushAt} /> : <Trans>cannot be said</Trans>}</Row>
          <Row name={<Trans>Expected end</Trans>}>{expectedEnd ? <Time at={expectedEnd} /> : <Trans>cannot be said</Trans>}</Row>
        </Table.Tbody>
      </Table>
      <Text size="sm">{i18n._(END_TEXTS[limitedBy])}</Text>
      <Halt halt={earliestHalt} />
    </Stack>
  );
}

const Row = ({ name, children }: { name: ReactNode; children: ReactNode }) => (
  <Table.Tr>
    <Table.Th scope="row" fw={400} c="dimmed" pl={0}>
      {name}
    </Table.Th>
    <Table.Td pr={0} ta="end">
      {children}
    </Table.Td>
  </Table.Tr>
);

function Halt({ halt }: { halt: WhatWouldHappenFragment['earliestHalt'] }) {
  const { count } = useFormats();
  if (!halt)
    return (
      <Text size="sm">
        <Trans>Failures never halt this batch.</Trans>
      </Text>
    );
  if (!halt.possible)
    return (
      <Text size="sm" c="error">
        <Trans>The batch is too small: its failure threshold can never be reached.</Trans>
      </Text>
    );
  const devices = count(halt.devices);
  const inFlight = count(halt.inFlight);
  return (
    <Text size="sm">
      <Trans>
        If every device fails, it halts after {devices}. Up to {inFlight} more may have been notified by then.
      </Trans>
    </Text>
  );
}
