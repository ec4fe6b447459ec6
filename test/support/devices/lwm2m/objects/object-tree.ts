import type { DeviceResource } from '../formats/device-resource';

/** A resource of a device. What it has none of, the server may not do: 4.05. */
export type Resource = { type: DeviceResource['type'] } & {
  read?(): DeviceResource['value'];
  /** Null: 2.04; otherwise the code that refuses. Of what comes as text or opaque. */
  write?(value: Buffer): string | null;
  execute?(): string | null;
  /** True: it isn't there now. Default: it is. */
  absent?(): boolean;
};

/** Codes of RFC 7252 in place of values. */
export type Refusal = { code: string };

/** The resources of a device by path: `/3/0/3`, `/5/0/8/1` for an instance of one that has several. */
export class ObjectTree {
  private readonly resources = new Map<string, Resource>();

  add(resources: Readonly<Record<string, Resource>>): this {
    for (const [path, resource] of Object.entries(resources)) this.resources.set(path, resource);
    return this;
  }

  remove(path: string): void {
    this.resources.delete(path);
  }

  /** `/1/0`, `/3/0` …: what a registration tells. */
  instances(): string[] {
    return [...new Set(this.there().map(([path]) => path.split('/').slice(0, 3).join('/')))];
  }

  /** What can be read at a path: an object, an instance, a resource or an instance of one. */
  read(path: string): DeviceResource[] | Refusal {
    const below = this.there().filter(([at]) => at === path || at.startsWith(`${path}/`));
    if (below.length === 0) return { code: '4.04' };
    const readable = below.flatMap(([at, { type, read }]) => (read ? [{ path: at, type, value: read() } as DeviceResource] : []));
    return readable.length === 0 ? { code: '4.05' } : readable;
  }

  write(path: string, value: Buffer): string {
    const resource = this.at(path);
    return resource ? (resource.write ? (resource.write(value) ?? '2.04') : '4.05') : '4.04';
  }

  execute(path: string): string {
    const resource = this.at(path);
    return resource ? (resource.execute ? (resource.execute() ?? '2.04') : '4.05') : '4.04';
  }

  has(path: string): boolean {
    return this.there().some(([at]) => at === path || at.startsWith(`${path}/`));
  }

  private there(): [path: string, resource: Resource][] {
    return [...this.resources].filter(([, { absent }]) => !absent?.());
  }

  private at(path: string): Resource | undefined {
    const resource = this.resources.get(path);
    return resource?.absent?.() ? undefined : resource;
  }
}

export const text = (read: () => string): Resource => ({ type: 'string', read });
export const integer = (read: () => number): Resource => ({ type: 'integer', read });
export const execute = (run: () => string | null): Resource => ({ type: 'integer', execute: run });
/** Instances of a resource that has several. */
export const several = (path: string, values: readonly number[]): Record<string, Resource> =>
  Object.fromEntries(values.map((value, index) => [`${path}/${index}`, integer(() => value)]));
