import type { Device, ModuleVersion } from './device';
import { moduleKey } from './module-version';

/**
 * The member of `Device.modules` that a module's version is kept under. It is part of paths in the store, so it has no dot, and it is none
 * of the names that an object has a meaning of its own for. Module keys have no `%`.
 */
export const moduleField = (module: string): string => {
  const key = moduleKey(module);
  return key === '__proto__' ? '%5f_proto__' : key.replaceAll('.', '%2e');
};

/** The key of the module whose version is kept under a member. */
export const moduleOfField = (field: string): string => decodeURIComponent(field);

/** What a device reported of a module. */
export const reportedOf = (modules: Device['modules'], module: string): ModuleVersion | undefined => {
  const field = moduleField(module);
  return Object.hasOwn(modules, field) ? modules[field] : undefined;
};

export const versionOf = (modules: Device['modules'], module: string): string | undefined => reportedOf(modules, module)?.version;

/** Everything it reported, by module key. */
export const reportedModules = (modules: Device['modules']): (ModuleVersion & { module: string; spelling: string })[] =>
  Object.entries(modules)
    .map(([field, reported]) => ({ ...reported, module: moduleOfField(field), spelling: spellingOf(moduleOfField(field), reported) }))
    .sort((one, other) => (one.module < other.module ? -1 : 1));

/** As the device writes it. */
export const spellingOf = (module: string, { name }: Pick<ModuleVersion, 'name'>): string => name ?? module;
