import { moduleKey } from '../device/module-version';
import { DEFAULT_MODULE } from '../ids';
import { type Dialect, TAKING_ONE_FILE, traitsOf } from '../protocol/dialect';
import type { Batch, BatchPolicy } from './batch';

/** What of a batch decides which dialects it can be brought to. */
export type Brought = Pick<Batch, 'module' | 'files'> & { policy: Pick<BatchPolicy, 'downloadProtocol'> };

/** R-FLOW-7: the dialects whose devices a batch passes over, because they cannot be given what it brings. Of most batches none. */
export const dialectsPassedOver = (brought: Brought): Dialect[] => (obstacles(brought).length === 0 ? [] : [...TAKING_ONE_FILE]);

export const passesOver = (brought: Brought, dialect: Dialect): boolean => dialectsPassedOver(brought).includes(dialect);

/** Why, for people; null when it passes over none. */
export function dialectReason(brought: Brought): string | null {
  const names = dialectsPassedOver(brought).map((dialect) => traitsOf({ dialect }).name);
  if (names.length === 0) return null;
  return `${names.join(' and ')} takes one file of the module ${DEFAULT_MODULE}, and not over MQTT: ${obstacles(brought).join(', ')}`;
}

/** What a device can't be given that takes one file of the default module, over CoAP or HTTP. */
function obstacles({ module, files = 1, policy }: Brought): string[] {
  return [
    ...(files > 1 ? [`the package has ${files} files`] : []),
    ...(moduleKey(module) === DEFAULT_MODULE ? [] : [`the module is ${module}`]),
    ...(policy.downloadProtocol === 'MQTT' ? ['the batch downloads over MQTT'] : []),
  ];
}
