import { Trans } from '@lingui/react/macro';
import { Anchor, List, Paper, Title } from '@mantine/core';
import { IconShieldQuestion } from '@tabler/icons-react';
import { Link } from 'react-router';
import { paths } from '../../app/paths';
import type { OverviewQuery } from '../../generated/pages/overview/documents';

/** Packages that no batch may push before somebody has verified them on devices. */
export function Unverified({ packages }: { packages: OverviewQuery['unverified'] }) {
  const shown = (packages?.edges ?? []).map(({ node }) => node);
  if (shown.length === 0) return null;
  return (
    <Paper withBorder p="md" mt="md" component="section">
      <Title order={3} size="h4" mb="xs">
        <Trans>Packages to be verified on devices</Trans>
      </Title>
      <List icon={<IconShieldQuestion size={18} aria-hidden />} center>
        {shown.map(({ id, name, version, productKey }) => (
          <List.Item key={id} data-unverified={name}>
            <Anchor component={Link} underline="always" to={paths.package(id)} style={{ overflowWrap: 'anywhere' }}>
              {name} {version}
            </Anchor>{' '}
            · {productKey}
          </List.Item>
        ))}
      </List>
      {packages?.pageInfo.hasNextPage && <Trans>There are more.</Trans>}
    </Paper>
  );
}
