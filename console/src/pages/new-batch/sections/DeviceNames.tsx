import { useLingui } from '@lingui/react/macro';
import { TagsInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { platform } from '../../../app/platform';
import { DeviceNamesDocument } from '../../../generated/pages/new-batch/documents';
import { useLoaded } from '../../../live/use-loaded';
import type { Form } from '../form/parts';

/** Typed, chosen of what begins so, or pasted: names have no blanks and no commas. */
export function DeviceNames({ form, productKey }: { form: Form; productKey: string | null }) {
  const { t } = useLingui();
  const [typed, setTyped] = useState('');
  const [prefix] = useDebouncedValue(typed.trim(), 250);
  const key = productKey === null ? null : `device names ${productKey} ${prefix}`;
  const { data } = useLoaded(key, (signal) =>
    platform.query(DeviceNamesDocument, { filter: { productKey, ...(prefix && { namePrefix: prefix }) } }, { signal }),
  );
  const names = (data?.devices?.edges ?? []).map(({ node }) => node.deviceName);
  return (
    <TagsInput
      label={t`Device names`}
      description={t`Choose, type or paste them; a comma, a blank or a new line ends a name.`}
      data={names}
      splitChars={[',', ';', ' ', '\n', '\t']}
      acceptValueOnBlur
      searchValue={typed}
      onSearchChange={setTyped}
      withAsterisk
      {...form.getInputProps('deviceNames')}
    />
  );
}
