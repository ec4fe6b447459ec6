import { msg } from '@lingui/core/macro';

export const DIALECT_NAMES = {
  LINK: msg`Link SDK of Alibaba Cloud IoT (MQTT)`,
  IOTDA: msg`device SDK of Huawei Cloud IoTDA (MQTT)`,
  LWM2M: msg`LwM2M (CoAP)`,
} as const;

export type Dialect = keyof typeof DIALECT_NAMES;
export const DIALECTS = Object.keys(DIALECT_NAMES) as Dialect[];
