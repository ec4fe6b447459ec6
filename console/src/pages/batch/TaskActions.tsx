import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { Button, Group } from '@mantine/core';
import { Can } from '../../components/Can';
import { useConfirm } from '../../components/Confirm';
import { ErrorPanel } from '../../components/ErrorPanel';
import {
  ConfirmTasksDocument,
  RejectTasksDocument,
  RetryTasksDocument,
  type ShownTaskFragment,
} from '../../generated/pages/batch/documents';
import { useCommand } from '../../live/use-command';

interface Props {
  batchId: string;
  chosen: readonly ShownTaskFragment[];
  done: () => void;
}

/** What can be done to the tasks that were chosen; each says to how many it applies. */
export function TaskActions({ batchId, chosen, done }: Props) {
  const { t } = useLingui();
  const confirm = useConfirm();
  const retry = useCommand(RetryTasksDocument);
  const accept = useCommand(ConfirmTasksDocument);
  const reject = useCommand(RejectTasksDocument);
  const failed = chosen.filter(({ status }) => status === 'FAILED').map(({ id }) => id);
  const unconfirmed = chosen.filter(({ status }) => status === 'UNCONFIRMED').map(({ id }) => id);
  const after = <D,>(answer: D | null): void => void (answer && done());
  const askReject = async (): Promise<void> => {
    const yes = await confirm({
      title: t`Reject these tasks?`,
      danger: true,
      action: t`Reject`,
      children: (
        <Trans>
          <Plural value={unconfirmed.length} one="# device is" other="# devices are" /> not upgraded by this batch. It cannot be undone.
        </Trans>
      ),
    });
    if (yes) after(await reject.run({ taskIds: unconfirmed }));
  };
  return (
    <Group gap="xs">
      {failed.length > 0 && (
        <Can need="OPERATOR">
          {(control) => (
            <Button
              {...control}
              variant="default"
              loading={retry.running}
              onClick={() => void retry.run({ input: { batchId, taskIds: failed } }).then(after)}
            >
              <Plural value={failed.length} one="Retry # device" other="Retry # devices" />
            </Button>
          )}
        </Can>
      )}
      {unconfirmed.length > 0 && (
        <Can need="OPERATOR">
          {(control) => (
            <Button {...control} loading={accept.running} onClick={() => void accept.run({ taskIds: unconfirmed }).then(after)}>
              <Plural value={unconfirmed.length} one="Confirm # device" other="Confirm # devices" />
            </Button>
          )}
        </Can>
      )}
      {unconfirmed.length > 0 && (
        <Can need="OPERATOR">
          {(control) => (
            <Button {...control} variant="default" loading={reject.running} onClick={() => void askReject()}>
              <Plural value={unconfirmed.length} one="Reject # device" other="Reject # devices" />
            </Button>
          )}
        </Can>
      )}
      <ErrorPanel problems={[retry, accept, reject].flatMap(({ problems }) => problems)} />
    </Group>
  );
}
