import { Trans, useLingui } from '@lingui/react/macro';
import { Anchor, Badge, Code, Group, List, Stack, Table, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { paths } from '../../app/paths';
import { PresenceSign } from '../../components/PresenceSign';
import { Time } from '../../components/Time';
import type { ShownDeviceFragment } from '../../generated/pages/device/documents';
import classes from './Facts.module.css';

interface Props {
  device: ShownDeviceFragment;
}

function Part({ title, children }: { title: ReactNode; children: ReactNode }) {
  return (
    <section className={classes.part}>
      <Title order={2} size="h4" mb="xs">
        {title}
      </Title>
      {children}
    </section>
  );
}

const Fact = ({ name, children }: { name: ReactNode; children: ReactNode }) => (
  <div className={classes.fact}>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

const none = (
  <Text component="span" inherit c="dimmed">
    <Trans>none</Trans>
  </Text>
);

export function Identity({ device }: Props) {
  const { productKey, deviceName, dialect, createdAt, owner, region, tags, groups, lwm2m, certificateFingerprints } = device;
  return (
    <Part title={<Trans>Identity</Trans>}>
      <dl className={classes.facts}>
        <Fact name={<Trans>Name</Trans>}>{deviceName}</Fact>
        <Fact name={<Trans>Product</Trans>}>
          <Anchor component={Link} to={`${paths.devices()}?product=${encodeURIComponent(productKey)}`} inherit>
            {productKey}
          </Anchor>
        </Fact>
        <Fact name={<Trans>Protocol</Trans>}>{dialect}</Fact>
        {lwm2m && (
          <Fact name={<Trans>Endpoint name</Trans>}>
            {lwm2m.endpoint}
            {lwm2m.pskIdentities.length > 0 && (
              <>
                {' '}
                · <Trans>PSK identities</Trans>: {lwm2m.pskIdentities.join(', ')}
              </>
            )}
          </Fact>
        )}
        <Fact name={<Trans>Registered</Trans>}>
          <Time at={createdAt} />
        </Fact>
        <Fact name={<Trans>Owner</Trans>}>
          {owner ? (
            <Anchor component={Link} to={`${paths.devices()}?owner=${encodeURIComponent(owner)}`} inherit>
              {owner}
            </Anchor>
          ) : (
            none
          )}
        </Fact>
        <Fact name={<Trans>Region</Trans>}>{region ? `${region.province}, ${region.city}` : none}</Fact>
        <Fact name={<Trans>Groups</Trans>}>
          {groups.length === 0
            ? none
            : groups.map(({ id, name }) => (
                <Anchor key={id} component={Link} to={paths.group(id)} inherit mr="sm">
                  {name}
                </Anchor>
              ))}
        </Fact>
        <Fact name={<Trans>Tags</Trans>}>
          {tags.length === 0 ? (
            none
          ) : (
            <Group gap={4} component="span">
              {tags.map(({ key, value }) => (
                <Badge key={key} variant="default" tt="none" maw="100%" fw={500} component="span">
                  {key}: {value}
                </Badge>
              ))}
            </Group>
          )}
        </Fact>
        {certificateFingerprints.length > 0 && (
          <Fact name={<Trans>Certificates</Trans>}>
            {certificateFingerprints.map((each) => (
              <Code key={each} block className={classes.long}>
                {each}
              </Code>
            ))}
          </Fact>
        )}
      </dl>
    </Part>
  );
}

export function Modules({ device: { modules } }: Props) {
  return (
    <Part title={<Trans>Versions</Trans>}>
      {modules.length === 0 ? (
        <Text size="sm" c="dimmed">
          <Trans>It has not reported a version yet.</Trans>
        </Text>
      ) : (
        <Table verticalSpacing={4} fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>
                <Trans>Module</Trans>
              </Table.Th>
              <Table.Th>
                <Trans>Version</Trans>
              </Table.Th>
              <Table.Th>
                <Trans>Reported</Trans>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {modules.map(({ name, spelling, version, reportedAt }) => (
              <Table.Tr key={name} data-module={name}>
                <Table.Td className={classes.long}>{spelling}</Table.Td>
                <Table.Td className={classes.long}>{version}</Table.Td>
                <Table.Td>
                  <Time at={reportedAt} relative />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Part>
  );
}

/** Whom it speaks for, or who speaks for it. */
export function Family({ device: { id, parent, children } }: Props) {
  if (!parent && children.edges.length === 0) return null;
  return (
    <Part title={parent ? <Trans>Its parent</Trans> : <Trans>Its children</Trans>}>
      <List size="sm" listStyleType="none">
        {(parent ? [parent] : children.edges.map(({ node }) => node)).map((each) => (
          <List.Item key={each.id}>
            <Anchor component={Link} to={paths.device(each.id)} inherit mr="xs">
              {each.deviceName}
            </Anchor>
            <PresenceSign device={each} />
          </List.Item>
        ))}
      </List>
      {!parent && children.pageInfo.hasNextPage && (
        <Anchor component={Link} to={`${paths.devices()}?parent=${encodeURIComponent(id)}`} size="sm">
          <Trans>All children</Trans>
        </Anchor>
      )}
    </Part>
  );
}

/** From so many on the platform takes the connection for unstable. */
const UNSTABLE = 5;

/** What is remarkable about how it connects and what it says. */
export function Connection({ device: { connectionStreak: streak, lastIgnoredReport, registration } }: Props) {
  const { t } = useLingui();
  const connectionStreak = streak && streak.connections >= UNSTABLE ? streak : null;
  if (!connectionStreak && !lastIgnoredReport && !registration) return null;
  return (
    <Part title={<Trans>Connection</Trans>}>
      <Stack gap={4} fz="sm">
        {connectionStreak && (
          <div>
            <Trans>
              It has connected {connectionStreak.connections} times in a row since <Time at={connectionStreak.since} precision="second" />,{' '}
              {connectionStreak.takeovers} times while another connection of it was there.
            </Trans>
          </div>
        )}
        {registration && (
          <div>
            <Trans>
              Registered by LwM2M {registration.version} from {registration.address} since <Time at={registration.since} />, heard{' '}
              <Time at={registration.heardAt} relative />.
            </Trans>{' '}
            {registration.queueMode && (registration.awakeUntil ? <Trans>It sleeps between its messages.</Trans> : null)}
          </div>
        )}
        {lastIgnoredReport && (
          <div>
            <Trans>
              A report of it could not be read (<Time at={lastIgnoredReport.at} precision="second" />
              ):
            </Trans>{' '}
            <Code className={classes.long} title={t`What the device said`}>
              {lastIgnoredReport.text}
            </Code>
          </div>
        )}
      </Stack>
    </Part>
  );
}
