import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useConfirm } from '../../components/Confirm';
import { ErrorPanel } from '../../components/ErrorPanel';
import { InstallNeverDocument, InstallNowDocument, type MyTaskFragment } from '../../generated/pages/my/documents';
import { useCommand } from '../../live/use-command';
import { LaterDialog } from './LaterDialog';

/** Now, later or no: as large as a thumb needs. What comes of it is seen as any other change of the task. */
export function Decide({ task }: { task: MyTaskFragment }) {
  const { t } = useLingui();
  const ask = useConfirm();
  const now = useCommand(InstallNowDocument);
  const never = useCommand(InstallNeverDocument);
  const [choosing, setChoosing] = useState(false);
  const { id, targetVersion, deviceName, deferral } = task;
  const taskIds = [id];

  const refuse = async (): Promise<void> => {
    const children = (
      <Trans>
        {deviceName} stays as it is, without version {targetVersion}. It cannot be undone here.
      </Trans>
    );
    if (await ask({ title: t`Do without this update?`, danger: true, action: t`Do without it`, children })) await never.run({ taskIds });
  };

  return (
    <Stack gap="xs">
      <ErrorPanel problems={[...now.problems, ...never.problems]} />
      <Button size="lg" fullWidth loading={now.running} onClick={() => void now.run({ taskIds })}>
        <Trans>Install now</Trans>
      </Button>
      {deferral?.latest && (
        <Button size="lg" fullWidth variant="default" onClick={() => setChoosing(true)}>
          <Trans>Later</Trans>
        </Button>
      )}
      <Button size="lg" fullWidth variant="default" loading={never.running} onClick={() => void refuse()}>
        <Trans>No</Trans>
      </Button>
      {deferral && deferral.latest === null && (
        <Text size="sm" c="dimmed">
          <Trans>It cannot be put off any further.</Trans>
        </Text>
      )}
      {choosing && <LaterDialog task={task} close={() => setChoosing(false)} />}
    </Stack>
  );
}
