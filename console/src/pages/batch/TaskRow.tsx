import { Trans, useLingui } from '@lingui/react/macro';
import { memo } from 'react';
import { Link } from 'react-router';
import { paths } from '../../app/paths';
import list from '../../components/rows/rows.module.css';
import { StatusBadge } from '../../components/StatusBadge';
import { TASK_LOOKS } from '../../components/statuses';
import { Time } from '../../components/Time';
import { WAITING_TEXTS } from '../../components/waiting';
import type { ShownTaskFragment } from '../../generated/pages/batch/documents';
import classes from './TasksTable.module.css';

export const ROW_PX = 52;

interface Props {
  task: ShownTaskFragment;
  index: number;
  chosen: boolean;
  choose: (id: string, on: boolean) => void;
}

/** Plain elements, drawn anew when its own task changes only: hundreds come and go while somebody scrolls, and hundreds change a second. */
export const TaskRow = memo(function TaskRow({ task, index, chosen, choose }: Props) {
  const { t, i18n } = useLingui();
  const { id, deviceName, status, attempt, progress, cause, causeText, waitingFor, waitsUntil, updatedAt } = task;
  return (
    <tr aria-rowindex={index + 2} className={list.row} style={{ height: ROW_PX }} data-task={deviceName}>
      <td className={list.cell}>
        <input
          type="checkbox"
          className={classes.check}
          checked={chosen}
          onChange={(event) => choose(id, event.currentTarget.checked)}
          aria-label={t`Select ${deviceName}`}
        />
      </td>
      <td className={list.cell}>
        <Link to={paths.task(id)} className={list.link}>
          {deviceName}
        </Link>
      </td>
      <td className={list.cell}>
        <StatusBadge look={TASK_LOOKS[status]} {...(attempt > 1 && { note: t`attempt ${attempt}` })} />
        {status === 'IN_PROGRESS' && progress !== null && (
          <div
            className={classes.progress}
            role="progressbar"
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={progress}
            aria-label={t`progress of ${deviceName}`}
          >
            <div style={{ width: `${progress}%` }} />
          </div>
        )}
      </td>
      <td className={classes.why} title={[cause?.recommendation, causeText].filter(Boolean).join('\n')}>
        <div>
          {waitingFor ? i18n._(WAITING_TEXTS[waitingFor]) : (cause?.description ?? '')}{' '}
          {waitsUntil && (
            <Trans>
              Until <Time at={waitsUntil} plain />.
            </Trans>
          )}{' '}
          {causeText && <span className={classes.said}>{causeText}</span>}
        </div>
      </td>
      <td className={list.cell}>
        <Time at={updatedAt} relative plain />
      </td>
    </tr>
  );
});
