import { Trans, useLingui } from '@lingui/react/macro';
import { Card, Group, Progress, Stack, Text, Title } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { platform } from '../../app/platform';
import { ErrorPanel } from '../../components/ErrorPanel';
import { FieldVersionsDocument } from '../../generated/pages/packages/documents';
import { useFormats } from '../../i18n/use-formats';
import { useLoaded } from '../../live/use-loaded';

interface Props {
  productKey: string;
  module: string;
  /** The one that the package brings. */
  version: string;
  /** Devices that its batches have upgraded: when there are more, the versions are others. */
  upgraded: number;
}

/** What the devices of the product have of this module now, the most frequent first. */
export function FieldVersions({ productKey, module, version, upgraded }: Props) {
  const { t } = useLingui();
  const { count, percent } = useFormats();
  const { data, problems, reload } = useLoaded(`field ${productKey} ${module}`, () =>
    platform.query(FieldVersionsDocument, { productKey, module }),
  );
  const counted = useRef(upgraded);
  useEffect(() => {
    if (counted.current === upgraded) return;
    counted.current = upgraded;
    reload();
  }, [upgraded, reload]);
  const versions = (data?.moduleVersions?.edges ?? []).map(({ node }) => node).sort((a, b) => b.devices - a.devices);
  const all = versions.reduce((sum, { devices }) => sum + devices, 0);
  return (
    <Card withBorder>
      <Title order={2} size="h4" mb="xs">
        <Trans>Versions in the field</Trans>
      </Title>
      <ErrorPanel problems={problems} retry={reload} />
      {data && versions.length === 0 && (
        <Text c="dimmed">
          <Trans>No device has reported a version of this module yet.</Trans>
        </Text>
      )}
      <Stack gap="xs">
        {versions.map((each) => (
          <div key={each.version} data-version={each.version}>
            <Group justify="space-between" gap="xs" wrap="nowrap">
              <Text size="sm" fw={each.version === version ? 700 : 400} style={{ overflowWrap: 'anywhere' }}>
                {each.version === version ? t`${each.version} (this package)` : each.version}
              </Text>
              <Text size="sm" style={{ whiteSpace: 'nowrap' }}>
                {count(each.devices)} · {percent(each.devices, all)}
              </Text>
            </Group>
            <Progress
              value={(100 * each.devices) / all}
              color={each.version === version ? 'green.8' : 'indigo'}
              aria-label={t`Share of ${each.version}`}
            />
          </div>
        ))}
      </Stack>
      {data?.moduleVersions?.pageInfo.hasNextPage && (
        <Text size="sm" c="dimmed" mt="xs">
          <Trans>There are more versions; the product's page lists all.</Trans>
        </Text>
      )}
    </Card>
  );
}
