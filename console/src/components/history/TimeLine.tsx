import { useLingui } from '@lingui/react/macro';
import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Time } from '../Time';
import type { Moment } from './moments';
import classes from './TimeLine.module.css';

/** What happened, the latest first. */
export function TimeLine({ label, moments, now }: { label: string; moments: readonly Moment[]; now?: ReactNode }) {
  const { i18n } = useLingui();
  return (
    <ol className={classes.line} aria-label={label}>
      {now && (
        <li className={classes.moment} data-tone="active">
          <span className={classes.now} aria-hidden />
          <div className={classes.what}>{now}</div>
        </li>
      )}
      {moments.map(({ key, at, icon: Sign, tone, text, said, cause }) => (
        <li key={key} className={classes.moment} data-tone={tone}>
          <Sign size={18} className={classes.sign} aria-hidden />
          <div className={classes.what}>
            <Text size="sm" component="div">
              <Text component="span" inherit fw={600}>
                {i18n._(text)}
              </Text>{' '}
              <Text component="span" inherit c="dimmed">
                <Time at={at} precision="second" />
              </Text>
            </Text>
            {cause && (
              <Text size="sm">
                {cause.description} {cause.recommendation}
              </Text>
            )}
            {said && (
              <Text size="sm" c="dimmed" className={classes.said}>
                “{said}”
              </Text>
            )}
          </div>
        </li>
      ))}
    </ol>
  );
}
