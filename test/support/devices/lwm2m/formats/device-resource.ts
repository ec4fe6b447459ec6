/** A resource of a device, with the data type that its object defines. */
export type DeviceResource = { path: string } & (
  | { type: 'string'; value: string }
  /** Of 64 bits, signed; a time is in seconds. */
  | { type: 'integer' | 'time'; value: number }
  | { type: 'unsigned'; value: number }
  | { type: 'float'; value: number }
  | { type: 'boolean'; value: boolean }
  | { type: 'opaque'; value: Buffer }
  /** `object:instance` */
  | { type: 'link'; value: string }
);

/** The path behind the base: `3` for `/5/0/3` behind `/5/0/`, empty for the base itself. */
export function below(path: string, base: string): string {
  const front = base.endsWith('/') ? base : `${base}/`;
  if (path === base) return '';
  if (!path.startsWith(front)) throw new Error(`${path} is not below ${base}`);
  return path.slice(front.length);
}
