import type { Kind } from '../../core/access/permissions/operations';
import { isOfOwnDevice, isOfProducts } from '../../core/access/permissions/products';
import type { Viewer } from '../../core/access/viewer';
import type { Core } from '../../core/core';
import { importUnknown } from '../../core/device-imports/refusals';
import { bindingOf, parentUnknown } from '../../core/devices/children/rules';
import { devicesUnknown } from '../../core/devices-unknown';
import { UserError, UserErrors } from '../../core/errors';
import { packageUnknown } from '../../core/packages/refusals';
import { productUnknown } from '../../core/products/require-product';
import { batchUnknown } from '../../core/tasks/refusals';
import { taskUnknown } from '../../core/tasks/require-tasks';
import { type ParentName, parentOf } from '../../schema/model/device/parent-name';
import { deviceOfTask } from '../../schema/model/ids';
import { FIXED_LIMITS } from '../../schema/model/limits';

export interface NamedValue {
  value: unknown;
  /** Without `input.`. */
  path: string;
}

interface Asked {
  core: Core;
  viewer: Viewer;
  args: Record<string, unknown>;
}

type Look = (asked: Asked, named: readonly NamedValue[]) => Promise<unknown> | unknown;

/**
 * What a call is refused with that names things of other products: the same as is said of what does not exist, whatever else is wrong with
 * the call. Null where there are none. A thing that is gone is left to what is called, which knows a call that is repeated.
 */
export async function foreignNames(asked: Asked, named: Readonly<Partial<Record<Kind, string>>>): Promise<unknown> {
  for (const [kind, at] of Object.entries(named)) {
    const refusal = await LOOKS[kind as Kind](asked, valuesAt(asked.args, at));
    if (refusal) return refusal;
  }
  return null;
}

/** By path: `*` stands for each of a list. What is not given is left out. */
export function valuesAt(args: unknown, at: string): NamedValue[] {
  let found: NamedValue[] = [{ value: args, path: '' }];
  for (const step of at.split('.'))
    found = found.flatMap(({ value, path }) => {
      if (typeof value !== 'object' || value === null) return [];
      const before = path === '' ? '' : `${path}.`;
      if (step === '*') return Array.isArray(value) ? value.map((one, index) => ({ value: one, path: `${before}${index}` })) : [];
      return [{ value: (value as Record<string, unknown>)[step], path: step === 'input' ? '' : `${before}${step}` }];
    });
  return found.filter(({ value }) => value !== undefined && value !== null);
}

const text = ({ value }: NamedValue): string => (typeof value === 'string' ? value : '');

/** The first part of a path that names devices: an error about several names their list. */
const listOf = (path: string): string => path.split('.')[0] ?? path;

const LOOKS: Readonly<Record<Kind, Look>> = {
  product: ({ viewer }, named) => {
    const foreign = named.find((one) => !isOfProducts(viewer, text(one)));
    return foreign && productUnknown(foreign.path);
  },
  device: ({ viewer }, named) => {
    const foreign = named.filter((one) => !isOfOwnDevice(viewer, text(one)));
    return foreign[0] && devicesUnknown(listOf(foreign[0].path), foreign.map(text), foreign.length);
  },
  parent: ({ viewer, args }, named) => {
    const { productKey = '' } = args.input as { productKey?: string };
    const foreign = named.flatMap((one) => {
      if (typeof one.value === 'string') return isOfOwnDevice(viewer, one.value) ? [] : parentUnknown(one.value, 'parentId');
      const parent: ParentName | null = parentOf(one.value as object);
      const binding = bindingOf(
        productKey,
        { deviceName: '', parent },
        `devices[${listOf(one.path.split('.').slice(1).join('.'))}].parent`,
      );
      return binding && !isOfOwnDevice(viewer, binding.parentId) ? parentUnknown(binding.parentId, binding.field) : [];
    });
    return several(foreign);
  },
  task: ({ viewer }, named) =>
    several(named.filter((one) => !isOfOwnDevice(viewer, deviceOfTask(text(one)))).map(({ path }) => taskUnknown(path))),
  package: stored(
    (core, id) => core.packages.get(id),
    () => packageUnknown(),
  ),
  batch: stored((core, id) => core.batches.get(id), batchUnknown),
  import: stored((core, id) => core.deviceImports.get(id), importUnknown),
};

function several(violations: readonly ReturnType<typeof parentUnknown>[]): UserErrors | null {
  if (violations.length === 0) return null;
  return new UserErrors(violations.slice(0, FIXED_LIMITS.userErrors).map(({ code, ...details }) => new UserError(code, details)));
}

/** What its id says nothing about is asked for. */
function stored(get: (core: Core, id: string) => Promise<{ productKey: string } | null>, unknown: () => UserError): Look {
  return async ({ core, viewer }, named) => {
    for (const one of named) {
      const found = await get(core, text(one));
      if (found && !isOfProducts(viewer, found.productKey)) return unknown();
    }
    return null;
  };
}
