import '@mantine/dropzone/styles.css';
import { Trans, useLingui } from '@lingui/react/macro';
import { Alert, Button, Code, Group, NativeSelect, Progress, Stack, Switch, Text } from '@mantine/core';
import { Dropzone } from '@mantine/dropzone';
import { IconFileSpreadsheet } from '@tabler/icons-react';
import type { Problem } from '@updraft/client';
import { useEffect, useRef, useState } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { PageTitle } from '../../app/layout/Layout';
import { paths } from '../../app/paths';
import { platform } from '../../app/platform';
import { useMay } from '../../app/session/may';
import { ErrorPanel } from '../../components/ErrorPanel';
import { SAVED, Unsaved } from '../../components/Unsaved';
import { ImportProductsDocument } from '../../generated/pages/imports/documents';
import { safeToRepeat } from '../../i18n/error-text';
import { useFormats } from '../../i18n/use-formats';
import { createSameCall } from '../../live/same-call';
import { useLoaded } from '../../live/use-loaded';
import { sendFile } from './send-file';

interface Sending {
  readonly name: string;
  readonly size: number;
  readonly sent: number;
}

/** A file is dropped in and checked as it arrives; what comes of it is on the page of its import. */
export function Page() {
  const { t } = useLingui();
  const { bytes, percent } = useFormats();
  const navigate = useNavigate();
  const mayImport = useMay('OPERATOR');
  const [search, setSearch] = useSearchParams();
  const [skipInvalid, setSkipInvalid] = useState(false);
  const [sending, setSending] = useState<Sending | null>(null);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const stop = useRef<AbortController | null>(null);
  const call = useRef(createSameCall());
  useEffect(() => () => stop.current?.abort(), []);
  const products = useLoaded('products to import into', () => platform.list(ImportProductsDocument, {}, (data) => data.products));
  const known = products.data ?? [];
  const only = known.length === 1 ? known[0]?.key : undefined;
  const productKey = search.get('product') ?? only ?? '';

  const send = async (file: File | undefined): Promise<void> => {
    if (!file || productKey === '') return;
    setProblems([]);
    setSending({ name: file.name, size: file.size, sent: 0 });
    stop.current = new AbortController();
    const content = [file.name, file.size, file.lastModified, productKey, skipInvalid];
    const given = { productKey, skipInvalid, idempotencyKey: call.current.keyFor(content) };
    const progress = (sent: number) => setSending((before) => before && { ...before, sent });
    const answer = await sendFile(file, given, progress, stop.current.signal);
    setSending(null);
    // Somebody who stops it, or is refused, may send the same file and mean another import.
    if (!answer?.problems.some(({ mayBeDone }) => mayBeDone)) call.current.ended();
    if (answer?.importId) return navigate(paths.import(answer.importId), SAVED);
    setProblems(answer?.problems.map(safeToRepeat) ?? []);
  };

  const isBlocked = productKey === '' || !mayImport;
  return (
    <>
      <PageTitle title={t`Import devices from a file`}>
        <Button component={Link} to={paths.imports()} variant="default">
          <Trans>Imports so far</Trans>
        </Button>
      </PageTitle>
      <Unsaved when={sending !== null} />
      <Stack maw={760}>
        {!mayImport && (
          <Alert variant="default">
            <Trans>Your role may look at imports, and not make one. This needs an operator.</Trans>
          </Alert>
        )}
        <NativeSelect
          label={t`Product`}
          withAsterisk
          value={productKey}
          disabled={sending !== null}
          onChange={(event) => setSearch({ product: event.currentTarget.value }, { replace: true })}
          data={[
            { value: '', label: t`choose one` },
            ...known.map(({ key, name }) => ({ value: key, label: name === key ? key : `${name} (${key})` })),
          ]}
        />
        <Switch
          label={t`Leave out rows that are wrong`}
          description={t`Otherwise one wrong row refuses the file, and no device is created.`}
          checked={skipInvalid}
          disabled={sending !== null}
          onChange={(event) => setSkipInvalid(event.currentTarget.checked)}
        />
        <Dropzone
          onDrop={([file]) => void send(file)}
          multiple={false}
          disabled={isBlocked || sending !== null}
          aria-label={t`Drop a CSV file here, or choose one`}
          inputProps={{ 'aria-label': t`CSV file with devices` }}
        >
          <Group justify="center" gap="sm" mih={96} wrap="nowrap">
            <IconFileSpreadsheet size={32} stroke={1.5} aria-hidden />
            <Text size="sm">
              {productKey === '' ? <Trans>Choose a product first.</Trans> : <Trans>Drop a CSV file here, or choose one</Trans>}
            </Text>
          </Group>
        </Dropzone>
        {sending && (
          <Stack gap={4} role="status">
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              {sending.sent < sending.size ? (
                <Trans>
                  {sending.name}: {bytes(sending.sent)} of {bytes(sending.size)} sent and checked, {percent(sending.sent, sending.size)}
                </Trans>
              ) : (
                <Trans>{sending.name}: all of it was sent, the last rows are being checked.</Trans>
              )}
            </Text>
            <Progress value={(100 * sending.sent) / Math.max(sending.size, 1)} aria-label={t`Progress of the upload`} animated />
            <Group>
              <Button size="xs" variant="default" onClick={() => stop.current?.abort()}>
                <Trans>Stop it</Trans>
              </Button>
            </Group>
          </Stack>
        )}
        <ErrorPanel problems={[...products.problems, ...problems]} />
        <Columns />
      </Stack>
    </>
  );
}

const EXAMPLE = `deviceName,province,city,tag.site,owner
meter-0001,Zhejiang,Hangzhou,north,
meter-0002,,,south,user-17`;

function Columns() {
  return (
    <Stack gap="xs" fz="sm">
      <Text size="sm">
        <Trans>
          The first row names the columns, in any order; only deviceName has to be there. Empty cells are nothing. Exports of the vendors
          are taken as they are.
        </Trans>
      </Text>
      <Code block tabIndex={0}>
        {EXAMPLE}
      </Code>
      <Text size="sm" c="dimmed">
        <Trans>
          Further columns: secret, dialect, parent, certificateFingerprints, and for LwM2M devices endpoint, pskIdentity, pskKey. Where a
          secret is not given one is made: you can download all of them for a day.
        </Trans>
      </Text>
    </Stack>
  );
}
