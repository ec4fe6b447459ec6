import { useLingui } from '@lingui/react/macro';
import { Group, NativeSelect, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { Problem } from '@updraft/client';
import { useRef, useState } from 'react';
import { platform } from '../../../app/platform';
import { FormDialog } from '../../../components/FormDialog';
import { TagFields } from '../../../components/TagFields';
import {
  DeviceNowDocument,
  DeviceOfNameDocument,
  type DeviceOfNameQuery,
  EditDeviceDocument,
  EditOwnerDocument,
  EditParentDocument,
  type ShownDeviceFragment,
} from '../../../generated/pages/device/documents';
import { useFormCommand } from '../../../live/use-form-command';
import { changesOf, fieldOf, type Values, valuesOf } from './values';

export interface EditProps {
  device: ShownDeviceFragment;
  close: () => void;
  saved: () => void;
}

/** What people say of a device. Only what was changed here is sent, so that nobody else's change is undone. */
export function EditDevice({ device, close, saved }: EditProps) {
  const { t } = useLingui();
  const { id, productKey } = device;
  const opened = useRef(valuesOf(device));
  const form = useForm<Values>({ initialValues: opened.current });
  const attributes = useFormCommand(EditDeviceDocument, form, fieldOf);
  const owners = useFormCommand(EditOwnerDocument, form, fieldOf);
  const parents = useFormCommand(EditParentDocument, form, fieldOf);
  const commands = [attributes, owners, parents];
  /** Why the parent could not be looked up. */
  const [unread, setUnread] = useState<readonly Problem[]>([]);

  const saveAttributes = async (values: Values): Promise<boolean> => {
    const now = await platform.query(DeviceNowDocument, { id });
    const tagsNow = now.ok ? (now.data.device?.tags ?? []) : opened.current.tags;
    const input = changesOf(id, opened.current, values, tagsNow);
    if (input && !(await attributes.run({ input }))) return false;
    const { dialect, province, city, tags } = values;
    opened.current = { ...opened.current, dialect, province, city, tags };
    return true;
  };
  const saveOwner = async ({ owner }: Values): Promise<boolean> => {
    if (owner === opened.current.owner) return true;
    if (!(await owners.run({ input: { devices: [{ deviceId: id, owner: owner || null }] } }))) return false;
    opened.current = { ...opened.current, owner };
    return true;
  };
  const saveParent = async ({ parent }: Values): Promise<boolean> => {
    if (parent === opened.current.parent) return true;
    const found = parent === '' ? null : await platform.query(DeviceOfNameDocument, { filter: { productKey, namePrefix: parent } });
    if (found && !found.ok) {
      setUnread(found.problems);
      return false;
    }
    const parentId = found && idIn(found.data, parent);
    if (parentId === undefined) {
      form.setFieldError('parent', t`No device of the product has this name.`);
      return false;
    }
    if (!(await parents.run({ input: { deviceIds: [id], parentId } }))) return false;
    opened.current = { ...opened.current, parent };
    return true;
  };
  const submit = form.onSubmit(async (values) => {
    setUnread([]);
    // One after the other: what was taken is not sent again when a later one is refused.
    const isDone = (await saveAttributes(values)) && (await saveOwner(values)) && (await saveParent(values));
    saved();
    if (isDone) close();
  });

  return (
    <FormDialog
      title={t`Edit the device`}
      action={t`Save`}
      close={close}
      submit={submit}
      isDirty={form.isDirty()}
      running={commands.some(({ running }) => running)}
      problems={[...commands.flatMap(({ problems }) => problems), ...unread]}
    >
      <Group grow align="start">
        <TextInput label={t`Province`} data-autofocus {...form.getInputProps('province')} />
        <TextInput label={t`City`} {...form.getInputProps('city')} />
      </Group>
      <TextInput
        label={t`Owner`}
        description={t`Whose app may confirm its updates: an id in your own system.`}
        {...form.getInputProps('owner')}
      />
      <TextInput
        label={t`Parent`}
        description={t`The device of the same product that speaks for it; for devices without a connection of their own.`}
        {...form.getInputProps('parent')}
      />
      <NativeSelect
        label={t`What it speaks`}
        description={t`From its next connection on.`}
        data={[
          { value: 'LINK', label: t`Link SDK of Alibaba Cloud IoT (MQTT)` },
          { value: 'IOTDA', label: t`device SDK of Huawei Cloud IoTDA (MQTT)` },
          { value: 'LWM2M', label: t`LwM2M (CoAP)` },
        ]}
        {...form.getInputProps('dialect')}
      />
      <TagFields
        tags={form.values.tags}
        set={(tags) => form.setFieldValue('tags', tags)}
        errorAt={(path) => form.errors[path]}
        error={form.errors.tags}
      />
    </FormDialog>
  );
}

/** Of names that begin alike the shortest is the first. */
function idIn({ devices }: DeviceOfNameQuery, deviceName: string): string | undefined {
  const found = devices?.edges[0]?.node;
  return found?.deviceName === deviceName ? found.id : undefined;
}
