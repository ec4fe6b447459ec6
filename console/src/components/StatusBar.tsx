import { useLingui } from '@lingui/react/macro';
import { Group, Text } from '@mantine/core';
import { Link } from 'react-router';
import { useFormats } from '../i18n/use-formats';
import classes from './StatusBar.module.css';
import { TASK_LOOKS, TASK_STATUSES, type TaskStatus } from './statuses';

export interface Counts {
  readonly total: number;
  readonly unconfirmed: number;
  readonly queued: number;
  readonly notified: number;
  readonly inProgress: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly canceled: number;
}

export const countOf = (counts: Counts, status: TaskStatus): number =>
  ({
    UNCONFIRMED: counts.unconfirmed,
    QUEUED: counts.queued,
    NOTIFIED: counts.notified,
    IN_PROGRESS: counts.inProgress,
    SUCCEEDED: counts.succeeded,
    FAILED: counts.failed,
    CANCELED: counts.canceled,
  })[status];

/** In the order of a task's life, so that a bar fills up from the left. */
const ORDER: readonly TaskStatus[] = ['SUCCEEDED', 'FAILED', 'CANCELED', 'IN_PROGRESS', 'NOTIFIED', 'QUEUED', 'UNCONFIRMED'];

interface Props {
  counts: Counts;
  /** Where the number of a status leads; none: no numbers are shown. */
  linkOf?: (status: TaskStatus) => string;
}

/** How the tasks of a batch stand: a bar, and where there is room the numbers with their signs. */
export function StatusBar({ counts, linkOf }: Props) {
  const { t, i18n } = useLingui();
  const { count, percent } = useFormats();
  const present = ORDER.filter((status) => countOf(counts, status) > 0);
  const words = present.map((status) => `${i18n._(TASK_LOOKS[status].label)} ${count(countOf(counts, status))}`).join(', ');
  return (
    <div>
      <div className={classes.bar} role="img" aria-label={words || t`no tasks`}>
        {present.map((status) => (
          <div
            key={status}
            className={classes.part}
            data-tone={TASK_LOOKS[status].tone}
            data-status={status}
            style={{ flexGrow: countOf(counts, status) }}
          />
        ))}
      </div>
      {linkOf && (
        <Group gap="lg" mt="sm" component="ul" className={classes.legend}>
          {TASK_STATUSES.filter((status) => countOf(counts, status) > 0 || status === 'FAILED' || status === 'SUCCEEDED').map((status) => {
            const { icon: Sign, label, tone } = TASK_LOOKS[status];
            return (
              <li key={status} data-tone={tone}>
                <Link to={linkOf(status)} className={classes.number} data-count={status}>
                  <Sign size={18} aria-hidden className={classes.sign} />
                  <span>
                    <Text component="span" fw={700} size="lg">
                      {count(countOf(counts, status))}
                    </Text>{' '}
                    <Text component="span" size="sm" c="dimmed">
                      {i18n._(label)} · {percent(countOf(counts, status), counts.total)}
                    </Text>
                  </span>
                </Link>
              </li>
            );
          })}
        </Group>
      )}
    </div>
  );
}
