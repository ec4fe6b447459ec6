import { Trans, useLingui } from '@lingui/react/macro';
import { Checkbox, Group, Radio, Stack } from '@mantine/core';
import { BatchTagFields } from '../../../components/BatchTagFields';
import type { DownloadScheme } from '../../../generated/pages/new-batch/documents';
import { useFormats } from '../../../i18n/use-formats';
import { Section, type SectionProps } from '../form/parts';

interface Props extends SectionProps {
  /** What this installation has. */
  schemes: readonly DownloadScheme[];
}

const SCHEME_NAMES: Record<DownloadScheme, string> = { HTTPS: 'HTTPS', COAPS: 'CoAPS', HTTP: 'HTTP', COAP: 'CoAP' };

export function DeliverySection({ form, limits, schemes }: Props) {
  const { t } = useLingui();
  const { bytes } = useFormats();
  const mqttMost = bytes(limits.mqttFileBytes);
  return (
    <Section number={6} title={<Trans>Delivery and tags</Trans>}>
      <Radio.Group label={t`Download protocol`} {...form.getInputProps('downloadProtocol')}>
        <Stack gap="xs" mt="xs">
          <Radio value="HTTPS" label="HTTPS" description={t`From the address in the notification.`} />
          <Radio
            value="MQTT"
            label="MQTT"
            description={t`In blocks over the MQTT connection of the device. One file of at most ${mqttMost}; not for LwM2M devices.`}
          />
        </Stack>
      </Radio.Group>
      <Radio.Group label={t`LwM2M devices`} description={t`Has no effect on other devices.`} {...form.getInputProps('delivery')}>
        <Stack gap="xs" mt="xs">
          <Radio value="ANY" label={t`As the device says it can`} description={t`If a download does not start, the next attempt pushes.`} />
          <Radio value="PULL" label={t`Pull`} description={t`The device gets an address, and downloads from it.`} />
          <Radio value="PUSH" label={t`Push`} description={t`The file is written to the device in blocks.`} />
        </Stack>
      </Radio.Group>
      <Checkbox.Group
        label={t`Addresses for LwM2M devices`}
        description={t`Protocols of the addresses they may be given. None chosen: all that this installation offers.`}
        {...form.getInputProps('schemes')}
      >
        <Group mt="xs">
          {schemes.map((scheme) => (
            <Checkbox key={scheme} value={scheme} label={SCHEME_NAMES[scheme]} />
          ))}
        </Group>
      </Checkbox.Group>
      <Tags form={form} limits={limits} />
    </Section>
  );
}

function Tags({ form, limits }: SectionProps) {
  const { t } = useLingui();
  const { count } = useFormats();
  const [batchTags, tagKeyLength, tagValueLength, tagsLength] = [
    count(limits.batchTags),
    count(limits.tagKeyLength),
    count(limits.tagValueLength),
    count(limits.tagsLength),
  ];
  return (
    <BatchTagFields
      count={form.values.tags.length}
      most={limits.batchTags}
      description={t`Told to the device with its notification. At most ${batchTags}: keys of letters, digits and dots, up to ${tagKeyLength} characters, each once; values up to ${tagValueLength}, all together up to ${tagsLength}.`}
      field={form.getInputProps}
      add={form.insertListItem}
      remove={form.removeListItem}
    />
  );
}
