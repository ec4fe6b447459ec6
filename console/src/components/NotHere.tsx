import { Trans } from '@lingui/react/macro';
import { Button } from '@mantine/core';
import { IconTrash, IconZoomQuestion } from '@tabler/icons-react';
import { Link } from 'react-router';
import { paths } from '../app/paths';
import { EmptyState } from './EmptyState';

const home = (
  <Button component={Link} to={paths.overview()} variant="default">
    <Trans>Go to the overview</Trans>
  </Button>
);

/** An address that no page has. */
export const PageNotFound = () => (
  <EmptyState icon={IconZoomQuestion} title={<Trans>There is no such page</Trans>} action={home} order={1}>
    <Trans>The address may be mistyped, or belong to another version of Updraft.</Trans>
  </EmptyState>
);

/** An address of something that was deleted, or that is of a product that this viewer may not see: the API does not say which. */
export const ThingNotFound = () => (
  <EmptyState icon={IconTrash} title={<Trans>This no longer exists</Trans>} action={home} order={1}>
    <Trans>It was deleted, never existed, or you may not see it.</Trans>
  </EmptyState>
);
