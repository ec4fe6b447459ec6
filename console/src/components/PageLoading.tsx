import { useLingui } from '@lingui/react/macro';
import { Center, Loader } from '@mantine/core';

/** Where a page will stand, while it is read. */
export function PageLoading() {
  const { t } = useLingui();
  return (
    <Center mih="40vh">
      <Loader aria-label={t`Loading`} />
    </Center>
  );
}
