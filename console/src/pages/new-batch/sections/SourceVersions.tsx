import { useLingui } from '@lingui/react/macro';
import { Group, TagsInput, Text } from '@mantine/core';
import { platform } from '../../../app/platform';
import { VersionsInTheFieldDocument } from '../../../generated/pages/new-batch/documents';
import { useFormats } from '../../../i18n/use-formats';
import { useLoaded } from '../../../live/use-loaded';
import { needsVersions, takesVersions } from '../form/values';
import type { DevicesProps } from './DevicesSection';

/** The versions that devices have now are offered, with how many have them; others may be typed, for devices to come. */
export function SourceVersions({ form, chosen }: DevicesProps) {
  const { t } = useLingui();
  const { count } = useFormats();
  const taken = takesVersions(form.values);
  const needed = needsVersions(form.values, chosen);
  const key = chosen && taken ? `versions ${chosen.productKey} ${chosen.module}` : null;
  const { data } = useLoaded(key, (signal) =>
    platform.query(VersionsInTheFieldDocument, { productKey: chosen?.productKey ?? '', module: chosen?.module ?? '' }, { signal }),
  );
  const found = (data?.moduleVersions?.edges ?? []).map(({ node }) => node).filter(({ version }) => version !== chosen?.version);
  const devices = new Map(found.map((each) => [each.version, each.devices]));
  const rule = ((): string => {
    if (!taken) return t`Not used when devices are named: they are updated whatever their version.`;
    if (needed) return t`Required for a dynamic batch with a full package. Devices that report one of them later are upgraded then.`;
    if (chosen && chosen.sourceVersions.length > 0)
      return t`Only devices with one of these versions. When empty, those that the package names.`;
    return t`Only devices with one of these versions. When empty, any version.`;
  })();
  return (
    <TagsInput
      label={t`Source versions`}
      description={rule}
      data={found.map(({ version }) => version)}
      disabled={!taken}
      withAsterisk={needed}
      acceptValueOnBlur
      splitChars={[',', ' ', '\n']}
      {...form.getInputProps('sourceVersions')}
      value={taken ? form.values.sourceVersions : []}
      renderOption={({ option }) => (
        <Group justify="space-between" flex={1} gap="xs">
          <span>{option.value}</span>
          <Text size="xs" c="dimmed" component="span">
            {count(devices.get(option.value) ?? 0)}
          </Text>
        </Group>
      )}
    />
  );
}
