import { useLingui } from '@lingui/react/macro';
import { Anchor, Text } from '@mantine/core';
import { Link } from 'react-router';
import { paths } from '../../app/paths';
import { FactList } from '../../components/FactList';
import { Time } from '../../components/Time';
import type { ShownPackageFragment } from '../../generated/pages/packages/documents';
import { useFormats } from '../../i18n/use-formats';
import { KIND_NAMES } from './looks';

export function Facts({ shown }: { shown: ShownPackageFragment }) {
  const { t, i18n } = useLingui();
  const { bytes } = useFormats();
  const signed = shown.files.filter(({ signedBy }) => signedBy !== null).length;
  const signature = (() => {
    if (signed === 0) return t`not signed`;
    return signed === shown.files.length ? t`signed, and checked with a key of the product` : t`only some of its files are signed`;
  })();
  return (
    <FactList
      facts={[
        [
          t`Product`,
          <Anchor key="product" component={Link} to={paths.product(shown.productKey)} inherit>
            {shown.productKey}
          </Anchor>,
        ],
        [t`Module`, shown.module],
        [t`Version`, shown.version],
        [t`Kind`, i18n._(KIND_NAMES[shown.kind])],
        [t`Upgrades from`, shown.sourceVersions.length > 0 ? shown.sourceVersions.join(', ') : t`any version`],
        [t`Size`, bytes(shown.files.reduce((sum, { size }) => sum + Number(size), 0))],
        [t`Devices check`, shown.digestAlgorithm === 'SHA256' ? 'SHA-256' : 'MD5'],
        [t`Signature`, signature],
        [t`Uploaded`, <Time key="uploaded" at={shown.createdAt} />],
        ...(shown.customInfo === null
          ? []
          : ([
              [
                t`Text for devices`,
                <Text key="custom" size="sm" style={{ whiteSpace: 'pre-wrap' }}>
                  {shown.customInfo}
                </Text>,
              ],
            ] as const)),
      ]}
    />
  );
}
