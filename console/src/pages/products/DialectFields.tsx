import { useLingui } from '@lingui/react/macro';
import { NumberInput, Switch } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { ProductValues } from './settings';

interface Props {
  form: UseFormReturnType<ProductValues>;
  isNew: boolean;
}

/** What only devices of the chosen dialect know of. */
export function DialectFields({ form, isNew }: Props) {
  const { t } = useLingui();
  const { dialect } = form.values;
  return (
    <>
      {dialect === 'LWM2M' && (
        <>
          <NumberInput
            label={t`Seconds to acknowledge a request`}
            description={t`Then it is sent again. Give more for NB-IoT; as the platform has it where it is empty.`}
            allowDecimal={false}
            {...form.getInputProps('ackTimeoutSeconds')}
          />
          <NumberInput
            label={t`Seconds awake after a message`}
            description={t`How long devices in queue mode listen.`}
            allowDecimal={false}
            {...form.getInputProps('awakeSeconds')}
          />
          <Switch
            label={t`Allow devices without a key`}
            description={t`By their endpoint name alone, without DTLS: whoever knows a name can speak for that device. For private networks.`}
            {...form.getInputProps('plainCoap', { type: 'checkbox' })}
          />
        </>
      )}
      {dialect === 'IOTDA' && (
        <>
          <Switch
            label={t`Ask for the version before it counts as success`}
            description={t`For devices that report success before they install.`}
            {...form.getInputProps('confirmByQuery', { type: 'checkbox' })}
          />
          {isNew && (
            <Switch
              label={t`Devices take the “_v2” events`}
              description={t`Their download address needs no token beside it. It cannot be changed later.`}
              {...form.getInputProps('selfSignedUrls', { type: 'checkbox' })}
            />
          )}
        </>
      )}
    </>
  );
}
