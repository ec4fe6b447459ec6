import pino from 'pino';
import { createAccounts } from '../../core/accounts';
import { createSampledLog } from '../../core/sampled-log';
import { createDeviceQueues, QUEUE_SETTINGS } from '../../gateways/device-queues';
import { createGatewayMetrics } from '../../gateways/metrics';
import { createIotdaDialect } from '../../gateways/mqtt/iotda/dialect';
import { createLinkDialect } from '../../gateways/mqtt/link/dialect';
import { MQTT_QUOTAS } from '../../gateways/mqtt/quotas';
import type { RecordingCore } from './recording-core';

/** Both dialects over a recording core, and what they have in common with the parts of a gateway. */
export async function bothDialects(core: RecordingCore) {
  const metrics = createGatewayMetrics();
  const sampled = createSampledLog(pino({ level: 'silent' }));
  const queues = await createDeviceQueues({ metrics, settings: QUEUE_SETTINGS });
  const { devices, tasks, downloads } = core;
  const parts = { devices, tasks, downloads, metrics, sampled, queues, quotas: MQTT_QUOTAS, accountOf: createAccounts(100) };
  return { ...parts, dialects: [createLinkDialect(parts), createIotdaDialect({ ...parts, hourTolerance: 1 })] };
}
