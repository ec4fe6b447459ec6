import type { DeviceObserver } from './device-events';
import type { DeviceDescription, DeviceDialect, FleetSettings, VirtualDevice } from './fleet';
import { IotdaDevice } from './iotda/iotda-device';
import { iotdaIdOf } from './iotda/iotda-identity';
import { LinkDevice } from './link/link-device';
import type { DtlsOf } from './lwm2m/line/dtls-line';
import { Lwm2mDevice } from './lwm2m/lwm2m-device';
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
const CHILD_OF: Record<Exclude<DeviceDialect, 'LWM2M'>, (topic: string, payload: Buffer) => string | null> = {
  LINK: byTopic,
  IOTDA: byBody,
};

/** Makes the devices of a fleet; children share its connection. */
export function createDevices(
  described: readonly DeviceDescription[],
  { lwm2m, mqttUrl = '', ...common }: FleetSettings,
  observer?: DeviceObserver,
  dtlsOf?: DtlsOf,
): (one: DeviceDescription) => VirtualDevice {
  const settings = { ...common, mqttUrl };
  const shared = new Map(
    described.flatMap((one) =>
      one.dialect === 'LWM2M' || one.parent === undefined
        ? []
        : [[one.parent, new SharedConnection(CHILD_OF[one.dialect ?? 'LINK'])] as const],
    ),
  );
  return (one) => {
    if (one.dialect === 'LWM2M') {
      if (!lwm2m) throw new Error('LwM2M devices in a fleet that has no server for them');
      const { secureServer, server, ...more } = lwm2m;
      return new Lwm2mDevice(one, { ...common, ...more, server: one.psk ? (secureServer ?? server) : server }, observer, dtlsOf);
    }
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
