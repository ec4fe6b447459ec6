import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { Alert, Anchor, Button, Group, Progress, Stack, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { Link, useNavigate, useParams } from 'react-router';
import { PageTitle } from '../../app/layout/Layout';
import { paths } from '../../app/paths';
import { Can } from '../../components/Can';
import { useConfirm } from '../../components/Confirm';
import { ErrorPanel } from '../../components/ErrorPanel';
import { FactList } from '../../components/FactList';
import { ThingNotFound } from '../../components/NotHere';
import { PageLoading } from '../../components/PageLoading';
import { StatusBadge } from '../../components/StatusBadge';
import { Time } from '../../components/Time';
import { ForgetImportDocument, type ShownImportFragment } from '../../generated/pages/imports/documents';
import { useFormats } from '../../i18n/use-formats';
import { useCommand } from '../../live/use-command';
import { IMPORT_LOOKS, isUnderWay, wrongRows } from './looks';
import { useImport } from './use-import';
import { WrongRows } from './WrongRows';

/** One import, live until it has ended; then what has come of it. */
export function Page() {
  const { t } = useLingui();
  const { importId = '' } = useParams();
  const { state, error, reload } = useImport(importId);
  if (error?.problems.some(({ code }) => code === 'NOT_FOUND')) return <ThingNotFound />;
  if (!state) return error ? <ErrorPanel problems={error.problems} retry={reload} /> : <PageLoading />;
  const { shown } = state;
  if (!shown) return <ThingNotFound />;
  const wrong = wrongRows(shown);
  return (
    <>
      <PageTitle title={t`Import of devices`}>
        <Actions shown={shown} />
      </PageTitle>
      <Stack maw={900} data-import={shown.id} data-status={shown.status}>
        {error && <ErrorPanel problems={error.problems} retry={reload} />}
        <Group>
          <StatusBadge look={IMPORT_LOOKS[shown.status]} />
        </Group>
        <Outcome shown={shown} wrong={wrong} />
        <Facts shown={shown} wrong={wrong} />
        {wrong > 0 && !isUnderWay(shown) && <WrongRows importId={shown.id} count={wrong} />}
      </Stack>
    </>
  );
}

function Outcome({ shown, wrong }: { shown: ShownImportFragment; wrong: number }) {
  const { t } = useLingui();
  const { count, percent } = useFormats();
  switch (shown.status) {
    case 'CHECKING':
      return (
        <Text role="status">
          <Plural
            value={shown.rows}
            one="# row has been checked; no device exists yet."
            other="# rows have been checked; no device exists yet."
          />
        </Text>
      );
    case 'CREATING':
      return (
        <Stack gap={4} role="status">
          <Text>
            <Trans>
              {count(shown.created)} of {count(shown.valid)} devices exist, {percent(shown.created, shown.valid)}. It goes on by itself: you
              can leave this page.
            </Trans>
          </Text>
          <Progress value={(100 * shown.created) / Math.max(shown.valid, 1)} aria-label={t`Progress of the import`} animated />
        </Stack>
      );
    case 'REFUSED':
      return (
        <Alert color="red" role="alert" title={<Trans>No device was created</Trans>}>
          <Stack gap="xs" align="start">
            <Plural
              value={wrong}
              one="# row is wrong. Correct it, and send the file again."
              other="# rows are wrong. Correct them, and send the file again."
            />
            <Button
              component={Link}
              to={`${paths.newImport()}?product=${encodeURIComponent(shown.productKey)}`}
              size="xs"
              variant="default"
            >
              <Trans>Send the corrected file</Trans>
            </Button>
          </Stack>
        </Alert>
      );
    default:
      return (
        <Alert
          color="green"
          role="status"
          title={<Plural value={shown.created} one="# device was created" other="# devices were created" />}
        >
          <Anchor component={Link} to={`${paths.devices()}?product=${encodeURIComponent(shown.productKey)}`} underline="always" inherit>
            <Trans>Show the devices of the product</Trans>
          </Anchor>
        </Alert>
      );
  }
}

function Facts({ shown, wrong }: { shown: ShownImportFragment; wrong: number }) {
  const { t } = useLingui();
  const { count } = useFormats();
  return (
    <FactList
      facts={[
        [t`Product`, shown.productKey],
        [t`Rows`, count(shown.rows)],
        [t`Devices created`, count(shown.created)],
        [t`Wrong rows`, count(wrong)],
        [t`Rows that are wrong`, shown.skipInvalid ? t`are left out` : t`refuse the file`],
        [t`Begun`, <Time key="begun" at={shown.createdAt} precision="second" />],
        [t`Ended`, shown.endedAt ? <Time key="ended" at={shown.endedAt} precision="second" /> : t`not yet`],
        ...(shown.endedAt ? [[t`Kept until`, <Time key="kept" at={shown.expiresAt} />] as const] : []),
      ]}
    />
  );
}

function Actions({ shown }: { shown: ShownImportFragment }) {
  const { t } = useLingui();
  const confirm = useConfirm();
  const navigate = useNavigate();
  const forget = useCommand(ForgetImportDocument);
  if (shown.endedAt === null) return null;
  const ask = async (): Promise<void> => {
    const yes = await confirm({
      title: t`Forget this import?`,
      danger: true,
      action: t`Forget the import`,
      children: (
        <Plural
          value={shown.created}
          one="The secret of # device can no longer be downloaded. The device stays."
          other="The secrets of # devices can no longer be downloaded. The devices stay."
        />
      ),
    });
    if (yes && (await forget.run({ input: { importId: shown.id } }))) navigate(paths.imports());
  };
  return (
    <Stack gap="xs" align="end">
      <Group gap="xs">
        {shown.status === 'FINISHED' && (
          <Can need="OPERATOR">
            {(control) => (
              <Button
                {...control}
                component="a"
                href={`/imports/${encodeURIComponent(shown.id)}/devices.csv`}
                download
                leftSection={<IconDownload size={16} />}
              >
                <Trans>Download the secrets</Trans>
              </Button>
            )}
          </Can>
        )}
        <Can need="OPERATOR">
          {(control) => (
            <Button {...control} variant="default" loading={forget.running} onClick={() => void ask()}>
              <Trans>Forget …</Trans>
            </Button>
          )}
        </Can>
      </Group>
      <ErrorPanel problems={forget.problems} />
    </Stack>
  );
}
