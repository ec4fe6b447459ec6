import '@mantine/dropzone/styles.css';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { Alert, Anchor, Group, Input, Stack, Table, Text } from '@mantine/core';
import { Dropzone } from '@mantine/dropzone';
import { IconCircleCheck, IconFileSpreadsheet } from '@tabler/icons-react';
import type { Problem } from '@updraft/client';
import { useState } from 'react';
import { ErrorPanel } from '../../../components/ErrorPanel';
import type { Form } from '../form/parts';
import { type SentList, sendList, type WrongRow } from './send-list';

type State = { readonly sent: SentList; readonly fileName: string } | null;

/** A file is dropped in and checked at once; no batch can use it before every row of it is right. */
export function ListFile({ form, productKey }: { form: Form; productKey: string | null }) {
  const { t } = useLingui();
  const [sending, setSending] = useState(false);
  const [state, setState] = useState<State>(null);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const { error } = form.getInputProps('listId');

  const send = async (file: File | undefined): Promise<void> => {
    if (!file || productKey === null) return;
    setSending(true);
    setProblems([]);
    setState(null);
    form.setFieldValue('listId', '');
    const result = await sendList(productKey, file);
    setSending(false);
    if (!result.ok) return setProblems(result.problems);
    setState({ sent: result.sent, fileName: file.name });
    if (result.sent.status === 'CLEAN') form.setFieldValue('listId', result.sent.id);
  };

  const isBlocked = productKey === null;
  return (
    <Stack gap="xs">
      <Input.Wrapper label={t`File with device names`} withAsterisk error={error} labelElement="div">
        <Dropzone
          onDrop={([file]) => void send(file)}
          multiple={false}
          loading={sending}
          disabled={isBlocked}
          mt={4}
          aria-label={t`Drop a file here, or choose one`}
          inputProps={{ 'aria-label': t`File with device names` }}
        >
          <Group justify="center" gap="sm" mih={72} wrap="nowrap">
            <IconFileSpreadsheet size={28} stroke={1.5} aria-hidden />
            <Text size="sm">
              {isBlocked ? (
                <Trans>Choose a package first: it decides the product of the devices.</Trans>
              ) : (
                <Trans>Drop a file here, or choose one</Trans>
              )}
            </Text>
          </Group>
        </Dropzone>
      </Input.Wrapper>
      <Text size="sm">
        <Anchor href="/lists/template.csv" download inherit underline="always">
          <Trans>Download a template</Trans>
        </Anchor>
      </Text>
      <ErrorPanel problems={problems} />
      {state && <Outcome {...state} />}
      {!state && form.values.listId !== '' && !sending && (
        <Text size="sm" c="dimmed">
          <Trans>The list of the original batch is used. Drop another file to replace it.</Trans>
        </Text>
      )}
    </Stack>
  );
}

function Outcome({ sent, fileName }: NonNullable<State>) {
  const { rows, invalid, unknown, duplicates } = sent;
  if (sent.status === 'CLEAN')
    return (
      <Alert color="green" icon={<IconCircleCheck />} title={fileName} role="status">
        <Plural value={rows} one="# row, and it names a device." other="# rows, and each names a device." />
      </Alert>
    );
  return (
    <Alert color="red" title={<Trans>Some rows of {fileName} are wrong</Trans>} role="alert">
      <Stack gap="xs">
        <Text size="sm">
          <Trans>
            <Plural value={rows} one="Of # row" other="Of # rows" />,{' '}
            <Plural value={invalid} one="# is no device name" other="# are no device name" />,{' '}
            <Plural value={unknown} one="# names no device of the product" other="# name no device of the product" />, and{' '}
            <Plural value={duplicates} one="# names one once more" other="# name one once more" />. Correct the file, and drop it again.
          </Trans>
        </Text>
        <WrongRows rows={sent.wrong} />
        <Anchor href={sent.invalidRows} download underline="always">
          <Trans>Download all wrong rows</Trans>
        </Anchor>
      </Stack>
    </Alert>
  );
}

function WrongRows({ rows }: { rows: readonly WrongRow[] }) {
  const { t } = useLingui();
  const reasons: Record<string, string> = {
    INVALID: t`no device name`,
    UNKNOWN: t`no such device`,
    DUPLICATE: t`named before`,
  };
  return (
    <Table.ScrollContainer minWidth={320} maxHeight={260} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>
              <Trans>Row</Trans>
            </Table.Th>
            <Table.Th>
              <Trans>Content</Trans>
            </Table.Th>
            <Table.Th>
              <Trans>What is wrong</Trans>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ row, value, reason }) => (
            <Table.Tr key={row}>
              <Table.Td>{row}</Table.Td>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
              <Table.Td>{reasons[reason] ?? reason}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
