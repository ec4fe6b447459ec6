import { Plural, Trans } from '@lingui/react/macro';
import { Anchor, Table, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { paths } from '../../app/paths';
import { Time } from '../../components/Time';
import { WorkflowLink } from '../../components/WorkflowLink';
import type { OneTaskFragment } from '../../generated/pages/task/documents';
import { useFormats } from '../../i18n/use-formats';

const Fact = ({ name, children }: { name: ReactNode; children: ReactNode }) => (
  <Table.Tr>
    <Table.Th w="40%" fw={500}>
      {name}
    </Table.Th>
    <Table.Td style={{ overflowWrap: 'anywhere' }}>{children}</Table.Td>
  </Table.Tr>
);

/** What the device is sent, and what it has fetched of it. */
export function Sent({ task }: { task: OneTaskFragment }) {
  const { bytes } = useFormats();
  const {
    package: pushed,
    packageId,
    module,
    sourceVersion,
    targetVersion,
    notifiedAt,
    renotifications,
    deadline,
    download,
    lwm2m,
    workflowUrl,
  } = task;
  return (
    <section>
      <Title order={2} size="h3" mb="sm">
        <Trans>What was sent</Trans>
      </Title>
      <Table verticalSpacing={4} fz="sm">
        <Table.Tbody>
          <Fact name={<Trans>Package</Trans>}>
            {pushed ? (
              <Anchor component={Link} to={paths.package(packageId)} inherit>
                {pushed.name}
              </Anchor>
            ) : (
              <Trans>It was deleted.</Trans>
            )}
          </Fact>
          <Fact name={<Trans>Module</Trans>}>{module}</Fact>
          <Fact name={<Trans>Versions</Trans>}>
            {sourceVersion ?? '?'} → {targetVersion}
          </Fact>
          <Fact name={<Trans>Notified</Trans>}>
            {notifiedAt ? <Time at={notifiedAt} precision="second" /> : <Trans>not in this attempt</Trans>}
            {renotifications > 0 && (
              <Text component="span" inherit c="dimmed">
                {' '}
                <Trans>
                  (<Plural value={renotifications} one="once again" other="# times again" />)
                </Trans>
              </Text>
            )}
          </Fact>
          <Fact name={<Trans>Times out</Trans>}>{deadline ? <Time at={deadline} precision="second" /> : <Trans>no limit runs</Trans>}</Fact>
          <Fact name={<Trans>Downloaded</Trans>}>
            {download ? (
              <Trans>
                {bytes(download.bytesServed)} in <Plural value={download.requests} one="# request" other="# requests" />, last at{' '}
                <Time at={download.lastAt} precision="second" />
              </Trans>
            ) : (
              <Trans>nothing yet</Trans>
            )}
          </Fact>
          {workflowUrl && (
            <Fact name={<Trans>Workflow</Trans>}>
              <WorkflowLink url={workflowUrl} />
            </Fact>
          )}
          {lwm2m && (
            <>
              <Fact name={<Trans>LwM2M step</Trans>}>
                {lwm2m.step}, <Time at={lwm2m.since} precision="second" />
              </Fact>
              <Fact name={<Trans>Delivery</Trans>}>{[lwm2m.delivery, lwm2m.scheme].filter(Boolean).join(', ') || '–'}</Fact>
              <Fact name={<Trans>State and update result</Trans>}>
                {lwm2m.state ?? '–'}, {lwm2m.result ?? '–'}
              </Fact>
              {lwm2m.cell && (
                <Fact name={<Trans>Radio cell</Trans>}>
                  {lwm2m.cell} {lwm2m.level}
                </Fact>
              )}
            </>
          )}
        </Table.Tbody>
      </Table>
    </section>
  );
}
