import { Trans } from '@lingui/react/macro';
import { Button, Group } from '@mantine/core';
import { IconPlus, IconUpload } from '@tabler/icons-react';
import { Link } from 'react-router';
import { paths } from '../../app/paths';
import { Can } from '../../components/Can';

/** The ways to more devices, within the product that is looked at. */
export function AddDevices({ product }: { product: string }) {
  const search = product && `?product=${encodeURIComponent(product)}`;
  return (
    <Group gap="xs">
      <Can need="OPERATOR">
        {(control) => (
          <Button {...control} component={Link} to={paths.newImport() + search} variant="default" leftSection={<IconUpload size={16} />}>
            <Trans>Import</Trans>
          </Button>
        )}
      </Can>
      <Can need="OPERATOR">
        {(control) => (
          <Button {...control} component={Link} to={paths.newDevice() + search} leftSection={<IconPlus size={16} />}>
            <Trans>Register</Trans>
          </Button>
        )}
      </Can>
    </Group>
  );
}
