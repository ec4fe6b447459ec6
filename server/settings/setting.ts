import type { Kind } from './kinds';

export interface Setting<T> {
  kind: Kind<T & NonNullable<unknown>>;
  default: T;
  /** For the document, where the default is not a constant. */
  defaultText?: string;
  about: string;
  example: string;
  /** May hold a password: never shown. */
  secret?: boolean;
}

export const setting = <T>(kind: Kind<T>, value: T, rest: Omit<Setting<T>, 'kind' | 'default'>): Setting<T> => ({
  ...rest,
  kind: kind as Setting<T>['kind'],
  default: value,
});
export const optional = <T>(kind: Kind<T>, rest: Omit<Setting<T>, 'kind' | 'default'>): Setting<T | undefined> => ({
  ...rest,
  kind: kind as unknown as Setting<T | undefined>['kind'],
  default: undefined,
});
