import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Group, Stack } from '@mantine/core';
import { useState } from 'react';
import { Can } from '../../components/Can';
import { useConfirm } from '../../components/Confirm';
import { ErrorPanel } from '../../components/ErrorPanel';
import {
  CancelTaskDocument,
  ConfirmTaskDocument,
  type OneTaskFragment,
  RejectTaskDocument,
  RetryTaskDocument,
} from '../../generated/pages/task/documents';
import { useCommand } from '../../live/use-command';
import { DeferDialog } from './DeferDialog';

/** What can be done to a task where it stands. */
export function TaskActions({ task, done }: { task: OneTaskFragment; done: () => void }) {
  const { t } = useLingui();
  const confirm = useConfirm();
  const accept = useCommand(ConfirmTaskDocument);
  const reject = useCommand(RejectTaskDocument);
  const retry = useCommand(RetryTaskDocument);
  const cancel = useCommand(CancelTaskDocument);
  const [deferring, setDeferring] = useState(false);
  const { id, batchId, packageId, deviceId, deviceName, status, outcome, waitingFor, deferral } = task;
  const isAsked = status === 'UNCONFIRMED';
  const isOpen = isAsked || status === 'QUEUED' || status === 'NOTIFIED' || status === 'IN_PROGRESS';
  const canRetry = status === 'FAILED' || outcome === 'REGRESSED';
  const after = <D,>(answer: D | null): void => void (answer && done());

  const askReject = async (): Promise<void> => {
    const children = <Trans>1 device, {deviceName}, is not upgraded by this batch. It cannot be undone.</Trans>;
    const yes = await confirm({ title: t`Reject this task?`, danger: true, action: t`Reject the task`, children });
    if (yes) after(await reject.run({ taskIds: [id] }));
  };
  const askCancel = async (): Promise<void> => {
    const children = (
      <Trans>
        The update of 1 device, {deviceName}, ends here. What it has installed already stays, and what it reports changes nothing.
      </Trans>
    );
    const yes = await confirm({ title: t`Cancel this task?`, danger: true, action: t`Cancel the task`, children });
    if (!yes) return;
    const statuses = waitingFor === 'SCHEDULED' ? (['SCHEDULED'] as const) : [status as 'QUEUED'];
    after(await cancel.run({ input: { batchId, packageId, deviceIds: [deviceId], statuses } }));
  };
  // With nothing left to defer, or asked for too often already, the API gives no latest time.
  const notDeferrable = deferral && deferral.latest === null ? t`It was deferred as often or as far ahead as its batch allows.` : null;

  return (
    <Stack gap="xs" align="end">
      <Group gap="xs">
        {isAsked && (
          <Can need="OPERATOR">
            {(control) => (
              <Button {...control} loading={accept.running} onClick={() => void accept.run({ taskIds: [id] }).then(after)}>
                <Trans>Confirm</Trans>
              </Button>
            )}
          </Can>
        )}
        {isAsked && (
          <Can need="OPERATOR" unless={notDeferrable}>
            {(control) => (
              <Button {...control} variant="default" onClick={() => setDeferring(true)}>
                <Trans>Defer</Trans>
              </Button>
            )}
          </Can>
        )}
        {isAsked && (
          <Can need="OPERATOR">
            {(control) => (
              <Button {...control} variant="default" loading={reject.running} onClick={() => void askReject()}>
                <Trans>Reject</Trans>
              </Button>
            )}
          </Can>
        )}
        {canRetry && (
          <Can need="OPERATOR">
            {(control) => (
              <Button
                {...control}
                loading={retry.running}
                onClick={() => void retry.run({ input: { batchId, taskIds: [id] } }).then(after)}
              >
                <Trans>Retry</Trans>
              </Button>
            )}
          </Can>
        )}
        {isOpen && (
          <Can need="OPERATOR">
            {(control) => (
              <Button {...control} variant="default" loading={cancel.running} onClick={() => void askCancel()}>
                <Trans>Cancel the task</Trans>
              </Button>
            )}
          </Can>
        )}
      </Group>
      <ErrorPanel problems={[accept, reject, retry, cancel].flatMap(({ problems }) => problems)} />
      {deferring && <DeferDialog task={task} close={() => setDeferring(false)} done={done} />}
    </Stack>
  );
}
