import { msg } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { Anchor, Text } from '@mantine/core';
import { IconMessage, IconPlugConnected, IconPlugConnectedX, IconPlus, IconQuestionMark } from '@tabler/icons-react';
import { Link } from 'react-router';
import { paths } from '../../app/paths';
import { latestFirst, type Moment, momentsOf } from '../../components/history/moments';
import { TimeLine } from '../../components/history/TimeLine';
import { Why } from '../../components/history/Why';
import { StatusBadge } from '../../components/StatusBadge';
import { TASK_LOOKS } from '../../components/statuses';
import type { DeviceTaskFragment, ShownDeviceFragment } from '../../generated/pages/device/documents';
import classes from './History.module.css';

interface Props {
  device: ShownDeviceFragment;
  tasks: readonly DeviceTaskFragment[];
}

/** Everything that happened to it: its tasks with each of their steps, and what is known of it beside them. */
export function History({ device, tasks }: Props) {
  const { t } = useLingui();
  return (
    <>
      {tasks.map((task) => (
        <article key={task.id} className={classes.task} data-task={task.id}>
          <header className={classes.head}>
            <Anchor component={Link} to={paths.task(task.id)} size="sm" fw={600}>
              {task.module === 'default' ? (
                <Trans>Update to {task.targetVersion}</Trans>
              ) : (
                <Trans>
                  Update of {task.module} to {task.targetVersion}
                </Trans>
              )}
            </Anchor>
            <StatusBadge look={TASK_LOOKS[task.status]} {...(task.attempt > 1 && { note: t`attempt ${task.attempt}` })} />
            <Text size="sm" c="dimmed">
              {task.batch ? <ByBatch batch={task.batch} /> : <Trans>its batch was deleted</Trans>}
            </Text>
          </header>
          <TimeLine
            label={t`Steps of the update to ${task.targetVersion}`}
            moments={momentsOf(task)}
            now={
              task.waitingFor && (
                <Text size="sm">
                  <Why task={task} />
                </Text>
              )
            }
          />
        </article>
      ))}
      <TimeLine label={t`The device itself`} moments={momentsOfDevice(device)} />
    </>
  );
}

function ByBatch({ batch: { id, name } }: { batch: NonNullable<DeviceTaskFragment['batch']> }) {
  // An element, not text: in a sentence, text that looks like markup would be taken for a part of it.
  const link = (
    <Anchor component={Link} to={paths.batch(id)} inherit>
      {name}
    </Anchor>
  );
  return <Trans>by the batch {link}</Trans>;
}

/** What the platform keeps of a device beside its tasks: the last of each kind. */
function momentsOfDevice(device: ShownDeviceFragment): Moment[] {
  const { createdAt, onlineChangedAt, online, modules, lastIgnoredReport } = device;
  const moments: Moment[] = [{ key: 'made', at: createdAt, icon: IconPlus, tone: 'over', text: msg`Device registered` }];
  for (const { name, spelling, version, reportedAt } of modules)
    moments.push({
      key: `module ${name}`,
      at: reportedAt,
      icon: IconMessage,
      tone: 'active',
      text: name === 'default' ? msg`It reported version ${version}` : msg`It reported ${spelling} ${version}`,
    });
  if (onlineChangedAt)
    moments.push(
      online
        ? { key: 'online', at: onlineChangedAt, icon: IconPlugConnected, tone: 'good', text: msg`It came on-line` }
        : { key: 'offline', at: onlineChangedAt, icon: IconPlugConnectedX, tone: 'over', text: msg`It went off-line` },
    );
  if (lastIgnoredReport)
    moments.push({
      key: 'ignored',
      at: lastIgnoredReport.at,
      icon: IconQuestionMark,
      tone: 'attention',
      text: msg`A report of it could not be read`,
      said: lastIgnoredReport.text,
    });
  return latestFirst(moments);
}
