import { Trans } from '@lingui/react/macro';
import { Alert, Button, List, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCloudOff } from '@tabler/icons-react';
import type { Problem } from '@updraft/client';
import { useErrorText, useErrorTitle } from '../i18n/error-text';
import { kindOf } from '../i18n/problem-kind';

/** Reading is, a command is not. */
const isTriedAgain = (problems: readonly Problem[]): boolean =>
  ['unreachable', 'notNow'].includes(kindOf(problems)) && !problems.some(({ mayBeDone }) => mayBeDone);

/** What the API says, in the viewer's language where there is a translation of its code. */
export function ErrorPanel({ problems, retry }: { problems: readonly Problem[]; retry?: () => void }) {
  const textOf = useErrorText();
  const titleOf = useErrorTitle();
  if (problems.length === 0) return null;
  return (
    <Alert
      color="red"
      icon={kindOf(problems) === 'unreachable' ? <IconCloudOff /> : <IconAlertTriangle />}
      role="alert"
      title={titleOf(problems)}
    >
      <Stack align="start" gap="xs">
        <List size="sm" listStyleType={problems.length > 1 ? 'disc' : 'none'}>
          {problems.map((problem) => (
            <List.Item key={`${problem.code} ${problem.field} ${problem.message}`}>{textOf(problem)}</List.Item>
          ))}
        </List>
        {retry && isTriedAgain(problems) && (
          <Text size="sm">
            <Trans>The console tries again by itself.</Trans>
          </Text>
        )}
        {retry && (
          <Button size="xs" variant="default" onClick={retry}>
            <Trans>Try again</Trans>
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
