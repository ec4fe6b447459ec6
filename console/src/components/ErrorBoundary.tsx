import { Trans } from '@lingui/react/macro';
import { Button, Code, Group } from '@mantine/core';
import { IconBug } from '@tabler/icons-react';
import { isRouteErrorResponse, useRouteError } from 'react-router';
import { EmptyState } from './EmptyState';
import { PageNotFound } from './NotHere';

/** A fault of the console: the rest of it goes on, and the page can be opened again. */
export function ErrorBoundary() {
  const error = useRouteError();
  if (isRouteErrorResponse(error) && error.status === 404) return <PageNotFound />;
  return <PageFault error={error} />;
}

export function PageFault({ error }: { error: unknown }) {
  const text = error instanceof Error ? error.message : String(error);
  return (
    <EmptyState
      icon={IconBug}
      order={1}
      title={<Trans>Something went wrong on this page</Trans>}
      action={
        <Group>
          <Button onClick={() => window.location.reload()}>
            <Trans>Reload</Trans>
          </Button>
        </Group>
      }
    >
      <Trans>Nothing was changed. If it happens again, report this to your administrator:</Trans> <Code>{text.slice(0, 300)}</Code>
    </EmptyState>
  );
}
