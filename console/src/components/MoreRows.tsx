import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Center, Loader } from '@mantine/core';

/** The end of a list: that it is being read, or that there is more of it. */
export function MoreRows({ loading, hasMore, readMore }: { loading: boolean; hasMore: boolean; readMore: () => void }) {
  const { t } = useLingui();
  if (loading)
    return (
      <Center py="sm">
        <Loader size="sm" aria-label={t`Loading`} />
      </Center>
    );
  if (!hasMore) return null;
  return (
    <Button variant="default" onClick={readMore}>
      <Trans>Show more</Trans>
    </Button>
  );
}
