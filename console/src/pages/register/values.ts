import { givenTags, type TagValue } from '../../components/tags';
import type { RegisterMutationVariables, RegisterProductsQuery } from '../../generated/pages/register/documents';

export type Product = NonNullable<RegisterProductsQuery['products']>['edges'][number]['node'];
type Input = RegisterMutationVariables['input'];
type Dialect = Product['dialect'];

export interface Values {
  productKey: string;
  deviceName: string;
  /** Empty: that of the product. */
  dialect: Dialect | '';
  secret: string;
  certificateFingerprints: string[];
  endpoint: string;
  pskIdentity: string;
  pskKey: string;
  owner: string;
  parent: string;
  province: string;
  city: string;
  tags: TagValue[];
}

export const emptyValues = (productKey: string): Values => ({
  productKey,
  deviceName: '',
  dialect: '',
  secret: '',
  certificateFingerprints: [],
  endpoint: '',
  pskIdentity: '',
  pskKey: '',
  owner: '',
  parent: '',
  province: '',
  city: '',
  tags: [],
});

export const dialectOf = (values: Values, products: readonly Product[]): Dialect | null =>
  values.dialect || (products.find(({ key }) => key === values.productKey)?.dialect ?? null);

/** What is empty is not given; what devices of another dialect have stays in the form, and is not sent. */
export function toInput(values: Values, dialect: Dialect | null): Input {
  const { productKey, deviceName, secret, certificateFingerprints, endpoint, pskIdentity, pskKey, owner, parent, province, city } = values;
  const tags = givenTags(values.tags);
  const psks = pskKey || pskIdentity ? [{ identity: pskIdentity || endpoint || deviceName, key: pskKey }] : null;
  const lwm2m = { ...(endpoint && { endpoint }), ...(psks && { psks }) };
  return {
    productKey,
    devices: [
      {
        deviceName,
        ...(values.dialect && { dialect: values.dialect }),
        ...(dialect !== 'LWM2M' && secret && { secret }),
        ...(dialect === 'IOTDA' && certificateFingerprints.length > 0 && { certificateFingerprints }),
        ...(dialect === 'LWM2M' && Object.keys(lwm2m).length > 0 && { lwm2m }),
        ...(owner && { owner }),
        ...(parent && { parent: { deviceName: parent } }),
        ...((province || city) && { region: { province, city } }),
        ...(tags.length > 0 && { tags }),
      },
    ],
  };
}

const FIELDS: readonly [RegExp, (match: RegExpMatchArray) => string][] = [
  [/^productKey$/, () => 'productKey'],
  [/^(deviceName|dialect|secret|owner)$/, ([name]) => name],
  [/^certificateFingerprints/, () => 'certificateFingerprints'],
  [/^lwm2m\.endpoint$/, () => 'endpoint'],
  [/^lwm2m\.psks\[\d+\]\.identity$/, () => 'pskIdentity'],
  [/^lwm2m\.psks/, () => 'pskKey'],
  [/^parent/, () => 'parent'],
  [/^region\.(province|city)$/, ([, name = '']) => name],
  [/^tags\[(\d+)\]\.(key|value)$/, ([, index, name]) => `tags.${index}.${name}`],
  [/^tags/, () => 'tags'],
];

export function fieldOf(path: string): string | null {
  const own = path.replace(/^devices(\[0\]|\.0)\./, '');
  for (const [pattern, name] of FIELDS) {
    const match = own.match(pattern);
    if (match) return name(match);
  }
  return null;
}
