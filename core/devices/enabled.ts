import type { Device } from '../../schema/model/device/device';
import type { DeviceId } from '../../schema/model/ids';
import type { Limits } from '../../schema/model/limits';
import { traitsOf } from '../../schema/model/protocol/dialect';
import type { Collections } from '../../schema/mongo/connect';
import { DISABLED_SESSIONS_INDEX } from '../../schema/mongo/devices';
import { refuseIfAny } from '../refuse';
import { existingDevices } from './devices-of';
import { idsViolation, requireKnownDevices } from './require-device';
import type { SessionEnds } from './session-ends';

type Devices = Collections['devices'];

/** All or none. One that is enabled again has changed for dynamic batches, which pass disabled ones over. */
export async function setEnabled(
  devices: Devices,
  limits: Pick<Limits, 'devicesPerCall'>,
  wanted: readonly DeviceId[],
  enabled: boolean,
  now: Date,
  sessionEnds: Pick<SessionEnds, 'note' | 'tell'>,
): Promise<Device[]> {
  const ids = [...new Set(wanted)];
  refuseIfAny([idsViolation(ids.length, limits.devicesPerCall, 'deviceIds', 'Name')]);
  await requireKnownDevices(devices, ids);
  await devices.updateMany({ _id: { $in: ids }, enabled: !enabled }, { $set: { enabled, ...(enabled && { changedAt: now }) } });
  const switched = await existingDevices(devices, ids);
  if (!enabled) {
    // Connections over MQTT are found by `disabledOn`.
    await sessionEnds.note(switched.filter((device) => traitsOf(device).transport === 'COAP'));
    sessionEnds.tell();
  }
  return switched;
}

const AT_ONCE = 1_000;

/** Disabled devices that have a connection with the gateway; asked every second, and answered from an index of nothing else. */
export async function disabledOn(devices: Devices, gatewayId: string): Promise<DeviceId[]> {
  const found = devices
    .find({ gatewayId, online: true, enabled: false })
    .hint(DISABLED_SESSIONS_INDEX)
    .limit(AT_ONCE)
    .project<{ _id: DeviceId }>({ _id: 1 });
  return (await found.toArray()).map(({ _id }) => _id);
}
