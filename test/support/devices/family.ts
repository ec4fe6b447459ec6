import type { DeviceObserver } from './device-events';
import type { DeviceDescription, VirtualDevice } from './fleet';
import { IotdaDevice } from './iotda/iotda-device';
import { iotdaIdOf } from './iotda/iotda-identity';
import { LinkDevice, type LinkDeviceSettings } from './link/link-device';
import { SharedConnection } from './session/device-line';

/** Link: the topic names the device, as `{pk}/{dn}` (device-protocols §1.2). */
const byTopic = (topic: string): string | null => /^\/(?:ota\/device\/[^/]+|sys)\/([^/]+\/[^/]+)(?:\/|$)/.exec(topic)?.[1] ?? null;

/** IoTDA: the body does, and the topic is the parent's (§2.6 H). */
function byBody(_topic: string, payload: Buffer): string | null {
  try {
    return (JSON.parse(payload.toString('utf8')) as { object_device_id?: string }).object_device_id ?? null;
  } catch {
    return null;
  }
}

/** Makes the devices of a fleet; children share its connection. */
export function createDevices(
  described: readonly DeviceDescription[],
  settings: LinkDeviceSettings,
  observer?: DeviceObserver,
): (one: DeviceDescription) => VirtualDevice {
  const shared = new Map(
    described.flatMap(({ parent, dialect }) =>
      parent === undefined ? [] : [[parent, new SharedConnection(dialect === 'IOTDA' ? byBody : byTopic)] as const],
    ),
  );
  return (one) => {
    const above = one.parent === undefined ? undefined : shared.get(one.parent);
    const own = shared.get(one.deviceName)?.own;
    if (one.dialect !== 'IOTDA') {
      const { productKey, deviceName } = one;
      return new LinkDevice(one, settings, observer, above?.lineOf(`${productKey}/${deviceName}`) ?? own);
    }
    const parent = described.find(({ deviceName }) => deviceName === one.parent);
    return new IotdaDevice(one, settings, observer, {
      of: above?.lineOf(iotdaIdOf(one)) ?? own,
      ...(parent?.dialect === 'IOTDA' && { gatewayId: iotdaIdOf(parent) }),
    });
  };
}
