import { Trans } from '@lingui/react/macro';
import { Anchor } from '@mantine/core';

/** To Temporal's web page, which is another program: it opens beside this one, and is not told where it was opened from. */
export const WorkflowLink = ({ url }: { url: string }) => (
  <Anchor href={url} target="_blank" rel="noreferrer" inherit>
    <Trans>Show it in Temporal</Trans>
  </Anchor>
);
