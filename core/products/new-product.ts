import type { Dialect } from '../../schema/model/dialect';

export interface NewProduct {
  key?: string | null;
  name: string;
  /** LINK when not given. */
  dialect?: Dialect | null;
  /** IoTDA devices get the `_v2` events. */
  selfSignedUrls?: boolean | null;
}
