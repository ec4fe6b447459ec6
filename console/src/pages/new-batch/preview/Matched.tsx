import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { Box, List, Stack, Text, Title } from '@mantine/core';
import type { ChosenPackageFragment, WhatWouldHappenFragment } from '../../../generated/pages/new-batch/documents';
import { useFormats } from '../../../i18n/use-formats';
import type { Values } from '../form/values';
import classes from './PreviewPanel.module.css';

interface Props {
  shown: WhatWouldHappenFragment;
  values: Values;
  chosen: ChosenPackageFragment | null;
}

/** Who is matched, by version, and who is passed over and why. */
export function Matched({ shown, values, chosen }: Props) {
  const { selection, toPush, atTarget } = shown;
  const target = chosen?.version ?? '';
  return (
    <Stack gap="xs">
      <Text size="xl" fw={650} data-testid="to-push">
        {values.rate === 'none' ? (
          <Plural value={toPush} one="# device may ask for it" other="# devices may ask for it" />
        ) : (
          <Plural value={toPush} one="# device is notified" other="# devices are notified" />
        )}
      </Text>
      <Text size="sm">
        <Plural value={selection.matched} one="# device matches the scope." other="# devices match the scope." />{' '}
        {values.kind === 'DYNAMIC' && <Trans>Devices that match later are not counted here.</Trans>}
      </Text>
      <List size="sm" spacing={4}>
        {atTarget > 0 && (
          <List.Item>
            <Plural
              value={atTarget}
              one={`# has ${target} already, and succeeds without a notification.`}
              other={`# have ${target} already, and succeed without a notification.`}
            />
          </List.Item>
        )}
        <Skipped selection={selection} />
      </List>
      <Versions shown={shown} />
    </Stack>
  );
}

function Skipped({ selection }: { selection: WhatWouldHappenFragment['selection'] }) {
  const { skippedVersion, skippedBusy, skippedPhase, skippedDialect, skippedDialectReason } = selection;
  return (
    <>
      {skippedVersion > 0 && (
        <List.Item>
          <Plural
            value={skippedVersion}
            one="# is skipped: the package does not upgrade from its version, or it has reported none."
            other="# are skipped: the package does not upgrade from their version, or they have reported none."
          />
        </List.Item>
      )}
      {skippedBusy > 0 && (
        <List.Item>
          <Plural
            value={skippedBusy}
            one="# is skipped: it keeps the unfinished update it has."
            other="# are skipped: they keep the unfinished update they have."
          />
        </List.Item>
      )}
      {skippedPhase > 0 && (
        <List.Item>
          <Plural value={skippedPhase} one="# is left out by the percentage." other="# are left out by the percentage." />
        </List.Item>
      )}
      {skippedDialect > 0 && (
        <List.Item>
          <Plural
            value={skippedDialect}
            one="# is skipped: its protocol cannot deliver this package."
            other="# are skipped: their protocol cannot deliver this package."
          />{' '}
          {skippedDialectReason && <span lang="en">({skippedDialectReason})</span>}
        </List.Item>
      )}
    </>
  );
}

const SHOWN = 8;

function Versions({ shown }: { shown: WhatWouldHappenFragment }) {
  const { t } = useLingui();
  const { count, percent } = useFormats();
  const { versions, otherVersions, selection } = shown;
  const further = otherVersions + versions.slice(SHOWN).reduce((sum, { devices }) => sum + devices, 0);
  const rows = [
    ...versions.slice(0, SHOWN).map(({ version, devices }) => ({ name: version ?? t`none reported`, devices })),
    ...(further > 0 ? [{ name: t`other versions`, devices: further }] : []),
  ];
  if (rows.length === 0) return null;
  return (
    <>
      <Title order={3} size="h6">
        <Trans>Versions they have</Trans>
      </Title>
      <Stack gap={6} component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
        {rows.map(({ name, devices }) => (
          <Box component="li" key={name} className={classes.version} fz="sm">
            <span>{name}</span>
            <span>
              {count(devices)} · {percent(devices, selection.matched)}
            </span>
            <span className={classes.bar} aria-hidden>
              <span style={{ width: `${selection.matched > 0 ? (100 * devices) / selection.matched : 0}%` }} />
            </span>
          </Box>
        ))}
      </Stack>
    </>
  );
}
