import type { DeviceObserver } from './device-events';
import type { DeviceDescription, DeviceDialect, VirtualDevice } from './fleet';
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

/** Which of its children a message that comes down a parent's connection is for. */
const CHILD_OF: Record<DeviceDialect, (topic: string, payload: Buffer) => string | null> = { LINK: byTopic, IOTDA: byBody };

/** Makes the devices of a fleet; children share its connection. */
export function createDevices(
  described: readonly DeviceDescription[],
  settings: LinkDeviceSettings,
  observer?: DeviceObserver,
): (one: DeviceDescription) => VirtualDevice {
  const shared = new Map(
    described.flatMap(({ parent, dialect }) =>
      parent === undefined ? [] : [[parent, new SharedConnection(CHILD_OF[dialect ?? 'LINK'])] as const],
    ),
  );
  return (one) => {
    const above = one.parent === undefined ? undefined : shared.get(one.parent);
    const own = shared.get(one.deviceName)?.own;
    switch (one.dialect) {
      case undefined:
      case 'LINK': {
        const { productKey, deviceName } = one;
        return new LinkDevice(one, settings, observer, above?.lineOf(`${productKey}/${deviceName}`) ?? own);
      }
      case 'IOTDA': {
        const parent = described.find(({ deviceName }) => deviceName === one.parent);
        return new IotdaDevice(one, settings, observer, {
          of: above?.lineOf(iotdaIdOf(one)) ?? own,
          ...(parent?.dialect === 'IOTDA' && { gatewayId: iotdaIdOf(parent) }),
        });
      }
    }
  };
}
