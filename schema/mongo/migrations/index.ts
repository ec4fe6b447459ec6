import { sealedSecrets } from './0001-sealed-secrets';
import { moduleKeys } from './0002-module-keys';
import { outcomes } from './0003-outcomes';
import { digestAlgorithms } from './0004-digest-algorithms';
import { taskSlots } from './0005-task-slots';
import { parentsInImports } from './0006-parents-in-imports';
import { deviceNameIndex } from './0007-device-name-index';
import { batchFiles } from './0008-batch-files';
import type { Migration } from './migration';

/** All of them. A new one gets the next number, a file named by it, and a line here. */
export const MIGRATIONS: readonly Migration[] = [
  sealedSecrets,
  moduleKeys,
  outcomes,
  digestAlgorithms,
  taskSlots,
  parentsInImports,
  deviceNameIndex,
  batchFiles,
];
