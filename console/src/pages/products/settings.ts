import type { ShownProductFragment } from '../../generated/pages/products/documents';

export const NEW_PRODUCT = {
  key: '',
  name: '',
  dialect: 'LINK' as ShownProductFragment['dialect'],
  ackTimeoutSeconds: '' as number | string,
  awakeSeconds: '' as number | string,
  confirmByQuery: false,
  plainCoap: false,
  selfSignedUrls: false,
  refuseConflictingBatches: false,
};

export type ProductValues = typeof NEW_PRODUCT;

export const fieldOf = (path: string): string | null => (path in NEW_PRODUCT ? path : null);

/** An empty field leaves it to the platform. */
const number = (value: number | string): number | null => (value === '' ? null : Number(value));

/** Only what devices of this dialect know of. */
export const dialectInput = (values: ProductValues) => ({
  ...(values.dialect === 'LWM2M' && {
    ackTimeoutSeconds: number(values.ackTimeoutSeconds),
    awakeSeconds: number(values.awakeSeconds),
    plainCoap: values.plainCoap,
  }),
  ...(values.dialect === 'IOTDA' && { confirmByQuery: values.confirmByQuery }),
});
