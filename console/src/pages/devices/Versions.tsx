import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Group, Text } from '@mantine/core';
import { useFormats } from '../../i18n/use-formats';
import classes from './Filters.module.css';

interface Props {
  module: string;
  /** Null: not read yet. */
  versions: readonly { readonly version: string; readonly devices: number }[] | null;
  hasMore: boolean;
  search: URLSearchParams;
  set: (name: string, value: string) => void;
}

/** How many devices of the product run which version of the module; one is a filter. */
export function Versions({ module, versions, hasMore, search, set }: Props) {
  const { t } = useLingui();
  const { count } = useFormats();
  const chosen = search.get('version');
  return (
    <Group gap={6} mt="sm" wrap="nowrap" className={classes.versions} role="group" aria-label={t`Versions of the module ${module}`}>
      <Text size="sm" c="dimmed">
        {module === 'default' ? <Trans>Versions:</Trans> : <Trans>Versions of {module}:</Trans>}
      </Text>
      {versions?.length === 0 && (
        <Text size="sm" c="dimmed">
          <Trans>none reported yet</Trans>
        </Text>
      )}
      {versions?.map(({ version, devices }) => (
        <Button
          key={version}
          size="compact-xs"
          variant={version === chosen ? 'filled' : 'default'}
          aria-pressed={version === chosen}
          onClick={() => set('version', version === chosen ? '' : version)}
        >
          {version} · {count(devices)}
        </Button>
      ))}
      {hasMore && (
        <Text size="sm" c="dimmed">
          <Trans>and others</Trans>
        </Text>
      )}
    </Group>
  );
}
