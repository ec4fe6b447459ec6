import type { RegisteredLinks, RegisteredObject } from '../../../../schema/model/registration/registration';
import type { Unreadable } from './decoded';
import { type Link, readLinks } from './link-format';
import { parsePath } from './path';

const ROOT_TYPE = 'oma.lwm2m';
const ROOT = /^(?:\/[A-Za-z0-9._~-]{1,64}){1,4}$/;
const VERSION = /^\d{1,3}\.\d{1,3}$/;
const NUMBER = /^\d{1,5}$/;

/** Reads the body of a registration (LwM2M Core 1.1 §6.2.1). Links that are about no object of LwM2M are passed over. Never throws. */
export function readRegistrationLinks(payload: Buffer): RegisteredLinks | { unreadable: Unreadable } {
  const read = readLinks(payload);
  if ('unreadable' in read) return read;
  const rootLink = read.links.find((link) => valuesOf(link, 'rt').includes(ROOT_TYPE));
  const root = rootOf(rootLink);
  const objects = new Map<number, RegisteredObject>();
  for (const link of read.links) {
    const [id, instance] = objectPath(link.target, root) ?? [];
    if (id === undefined) continue;
    const object = objects.get(id) ?? { id, version: null, instances: [] };
    objects.set(id, object);
    object.version ??= valuesOf(link, 'ver').find((value) => VERSION.test(value)) ?? null;
    if (instance !== undefined && !object.instances.includes(instance)) object.instances.push(instance);
  }
  for (const { instances } of objects.values()) instances.sort((one, other) => one - other);
  return {
    root,
    contentFormats:
      rootLink === undefined
        ? []
        : valuesOf(rootLink, 'ct')
            .filter((value) => NUMBER.test(value))
            .map(Number),
    objects: [...objects.values()].sort((one, other) => one.id - other.id),
  };
}

/** Values between blanks, of every attribute of the name: RFC 6690 has one, some clients write two. */
const valuesOf = ({ attributes }: Link, name: string): string[] =>
  attributes.filter(([attribute]) => attribute === name).flatMap(([, value]) => value.split(/\s+/).filter((part) => part !== ''));

function rootOf(link: Link | undefined): string {
  const path = (link?.target ?? '').replace(/\/+$/, '');
  return ROOT.test(path) ? path : '';
}

/** The object, and its instance where the link names one. */
function objectPath(target: string, root: string): number[] | null {
  const absolute = target.startsWith('/') ? target : `/${target}`;
  if (root !== '' && !absolute.startsWith(`${root}/`)) return null;
  const path = parsePath(absolute.slice(root.length).replace(/(?<=.)\/$/, ''));
  return path === null || path.length === 0 || path.length > 2 ? null : path;
}
