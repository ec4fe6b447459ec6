import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { ActionIcon, Button, Group, Menu, Stack } from '@mantine/core';
import { IconCopy, IconDots, IconPencil, IconPlayerPause, IconPlayerPlay, IconRotate, IconTrash, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { paths } from '../../app/paths';
import { Can } from '../../components/Can';
import { useConfirm } from '../../components/Confirm';
import { ErrorPanel } from '../../components/ErrorPanel';
import { isOver } from '../../components/statuses';
import { DeleteBatchDocument, PauseBatchDocument, ResumeBatchDocument, RetryTasksDocument } from '../../generated/pages/batch/documents';
import { useCommand } from '../../live/use-command';
import { CancelBatch } from './CancelBatch';
import { EditBatch } from './edit/EditBatch';
import type { ShownBatch } from './use-batch';

interface Props {
  batch: ShownBatch;
  reload: () => void;
  deleted: () => void;
}

export function BatchActions({ batch, reload, deleted }: Props) {
  const { t } = useLingui();
  const confirm = useConfirm();
  const [editing, setEditing] = useState(false);
  const [canceling, setCanceling] = useState(false);
  const pause = useCommand(PauseBatchDocument);
  const resume = useCommand(ResumeBatchDocument);
  const remove = useCommand(DeleteBatchDocument);
  const retry = useCommand(RetryTasksDocument);
  const { id: batchId, status, counts } = batch;
  const over = isOver(status);
  const after = <D,>(done: D | null): void => void (done && reload());

  const askDelete = async (): Promise<void> => {
    const yes = await confirm({
      title: t`Delete this batch?`,
      danger: true,
      typed: batch.name,
      action: t`Delete the batch`,
      children: (
        <Trans>
          It disappears from every list, with{' '}
          <Plural value={counts.total} one="its # task and its history" other="its # tasks and their history" />. Devices are not affected.
          It cannot be undone.
        </Trans>
      ),
    });
    if (yes && (await remove.run({ batchId }))) deleted();
  };
  const askRetry = async (): Promise<void> => {
    const yes = await confirm({
      title: t`Retry all failed tasks?`,
      action: t`Retry`,
      children: (
        <Trans>
          <Plural value={counts.failed} one="# device is" other="# devices are" /> notified once more, at the push rate.
        </Trans>
      ),
    });
    if (yes) after(await retry.run({ input: { batchId, all: true } }));
  };

  const problems = [pause, resume, remove, retry].flatMap((command) => command.problems);
  return (
    <Stack gap="xs" align="end">
      <Group gap="xs">
        {(status === 'PAUSED' || status === 'HALTED') && (
          <Can need="OPERATOR">
            {(control) => (
              <Button
                {...control}
                leftSection={<IconPlayerPlay size={16} />}
                loading={resume.running}
                onClick={() => void resume.run({ batchId }).then(after)}
              >
                <Trans>Resume</Trans>
              </Button>
            )}
          </Can>
        )}
        {status === 'RUNNING' && (
          <Can need="OPERATOR">
            {(control) => (
              <Button
                {...control}
                variant="default"
                leftSection={<IconPlayerPause size={16} />}
                loading={pause.running}
                onClick={() => void pause.run({ batchId }).then(after)}
              >
                <Trans>Pause</Trans>
              </Button>
            )}
          </Can>
        )}
        {counts.failed > 0 && (
          <Can need="OPERATOR" unless={status === 'CANCELED' ? t`The batch was canceled.` : null}>
            {(control) => (
              <Button
                {...control}
                variant="default"
                leftSection={<IconRotate size={16} />}
                loading={retry.running}
                onClick={() => void askRetry()}
              >
                <Trans>Retry failed</Trans>
              </Button>
            )}
          </Can>
        )}
        {!over && (
          <Can need="OPERATOR">
            {(control) => (
              <Button {...control} variant="default" leftSection={<IconPencil size={16} />} onClick={() => setEditing(true)}>
                <Trans>Edit</Trans>
              </Button>
            )}
          </Can>
        )}
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="default" size={36} aria-label={t`More`}>
              <IconDots size={18} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item component={Link} to={paths.newBatch({ from: batchId })} leftSection={<IconCopy size={16} />}>
              <Trans>Copy to a new batch</Trans>
            </Menu.Item>
            {over ? (
              <Can need="OPERATOR">
                {(control) => (
                  <Menu.Item {...control} leftSection={<IconTrash size={16} />} onClick={() => void askDelete()}>
                    <Trans>Delete …</Trans>
                  </Menu.Item>
                )}
              </Can>
            ) : (
              <Can need="OPERATOR">
                {(control) => (
                  <Menu.Item {...control} leftSection={<IconX size={16} />} onClick={() => setCanceling(true)}>
                    <Trans>Cancel the batch or devices …</Trans>
                  </Menu.Item>
                )}
              </Can>
            )}
          </Menu.Dropdown>
        </Menu>
      </Group>
      <ErrorPanel problems={problems} />
      {canceling && <CancelBatch batch={batch} close={() => setCanceling(false)} done={reload} />}
      {editing && <EditBatch batch={batch} close={() => setEditing(false)} saved={reload} />}
    </Stack>
  );
}
