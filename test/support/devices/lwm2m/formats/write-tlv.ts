import type { DeviceResource } from './device-resource';

const KIND = { objectInstance: 0, resourceInstance: 1, multipleResource: 2, resource: 3 };

/** OMA TLV (LwM2M Core 1.1, §7.4.3) of what a read of `base` answers: an object, an instance, a resource or a resource instance. */
export function writeTlv(resources: readonly DeviceResource[], base: string): Buffer {
  const depth = base.split('/').length - 1;
  return level(
    resources.map((resource) => ({ ids: resource.path.slice(1).split('/').map(Number), value: valueBytes(resource) })),
    depth === 4 ? 3 : depth === 1 ? 1 : 2,
  );
}

interface Leaf {
  ids: number[];
  value: Buffer;
}

function level(leaves: readonly Leaf[], depth: number): Buffer {
  const byId = new Map<number, Leaf[]>();
  for (const leaf of leaves) byId.set(leaf.ids[depth] ?? 0, [...(byId.get(leaf.ids[depth] ?? 0) ?? []), leaf]);
  return Buffer.concat([...byId].map(([id, group]) => entry(kindAt(depth, group), id, group, depth)));
}

const kindAt = (depth: number, [first]: readonly Leaf[]): number =>
  depth === 1 ? KIND.objectInstance : depth === 3 ? KIND.resourceInstance : first?.ids.length === 4 ? KIND.multipleResource : KIND.resource;

function entry(kind: number, id: number, group: readonly Leaf[], depth: number): Buffer {
  const leaf = kind === KIND.resource || kind === KIND.resourceInstance;
  const value = leaf ? (group[0] as Leaf).value : level(group, depth + 1);
  const lengthBytes = value.length < 8 ? 0 : value.length < 0x100 ? 1 : value.length < 0x1_0000 ? 2 : 3;
  const idBytes = id < 0x100 ? 1 : 2;
  const head = Buffer.alloc(1 + idBytes + lengthBytes);
  head[0] = (kind << 6) | ((idBytes - 1) << 5) | (lengthBytes << 3) | (lengthBytes === 0 ? value.length : 0);
  head.writeUIntBE(id, 1, idBytes);
  if (lengthBytes > 0) head.writeUIntBE(value.length, 1 + idBytes, lengthBytes);
  return Buffer.concat([head, value]);
}

function valueBytes(resource: DeviceResource): Buffer {
  switch (resource.type) {
    case 'string':
      return Buffer.from(resource.value, 'utf8');
    case 'integer':
    case 'time':
      return integerBytes(resource.value, 1);
    case 'unsigned':
      return integerBytes(resource.value, 0);
    case 'float': {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleBE(resource.value);
      return bytes;
    }
    case 'boolean':
      return Buffer.from([resource.value ? 1 : 0]);
    case 'opaque':
      return resource.value;
    case 'link': {
      const bytes = Buffer.alloc(4);
      const [object = 0, instance = 0] = resource.value.split(':').map(Number);
      bytes.writeUInt16BE(object);
      bytes.writeUInt16BE(instance, 2);
      return bytes;
    }
  }
}

/** In 1, 2, 4 or 8 bytes, as few as are enough; the sign takes one bit. */
function integerBytes(value: number, signBits: 0 | 1): Buffer {
  for (const length of [1, 2, 4] as const) {
    const most = 2 ** (length * 8 - signBits);
    if (value >= -most * signBits && value < most) {
      const bytes = Buffer.alloc(length);
      if (signBits === 1) bytes.writeIntBE(value, 0, length);
      else bytes.writeUIntBE(value, 0, length);
      return bytes;
    }
  }
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt.asUintN(64, BigInt(value)));
  return bytes;
}
