import { moduleKeys } from './0001-module-keys';
import type { Migration, MigrationTools } from './migration';

/** All of them. A new one gets the next number, a file named by it, and a line here. */
export const MIGRATIONS: readonly Migration<MigrationTools>[] = [moduleKeys];
