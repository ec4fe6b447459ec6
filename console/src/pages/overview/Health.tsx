import { msg } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { Box, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconX } from '@tabler/icons-react';
import type { Result } from '@updraft/client';
import { platform } from '../../app/platform';
import { problemsOf } from '../../app/problems';
import { useNow } from '../../components/clock';
import { StatusBadge, type StatusLook } from '../../components/StatusBadge';
import { Time } from '../../components/Time';
import { useLoaded } from '../../live/use-loaded';
import type { Flow } from './flow';

const LOOKS = {
  ready: { label: msg`ready`, icon: IconCircleCheck, tone: 'good' },
  late: { label: msg`nothing is counted`, icon: IconAlertTriangle, tone: 'attention' },
  missing: { label: msg`not ready`, icon: IconX, tone: 'bad' },
} as const satisfies Record<string, StatusLook>;

const MINUTE_MS = 60_000;
/** It counts once a minute; three minutes without are no accident. */
const LATE_MS = 3 * MINUTE_MS;
/** Of what is shown where all is well: it stays as high while that is asked for. */
const HEIGHT_PX = 50;

/** `/readyz` says it of the process that has answered. */
async function readiness(signal: AbortSignal): Promise<Result<null>> {
  const answer = await platform.fetch('/readyz', { signal }).catch(() => null);
  if (signal.aborted) return { ok: false, reason: 'canceled', problems: [] } as unknown as Result<never>;
  if (answer?.ok) return { ok: true, data: null };
  const missing = ((await answer?.text().catch(() => '')) ?? '').trim().slice(0, 200);
  // Asked again by itself, until it is ready.
  return { ok: false, reason: 'busy', problems: problemsOf({ errors: [{ message: missing }] }) } as unknown as Result<never>;
}

/** Whether what the platform needs answers, and when a worker has last counted: where none runs, no batch goes on. */
export function Health({ flow, isWhole }: { flow: Flow | null; isWhole: boolean }) {
  const { t } = useLingui();
  const now = useNow();
  // Asked again with each answer of the series.
  const { problems, loading } = useLoaded(`health ${flow?.to}`, readiness);
  const [missing] = problems;
  if (loading && !missing) return <Box mih={HEIGHT_PX} />;
  // Of some products there are points only where something happened.
  const last = (isWhole && flow?.points.at(-1)) || null;
  const counted = flow && last ? new Date(Math.min(now.getTime(), Date.parse(last.at) + flow.stepMinutes * MINUTE_MS)) : null;
  const isLate = flow !== null && counted !== null && now.getTime() - counted.getTime() > LATE_MS;
  const state = missing ? 'missing' : isLate ? 'late' : 'ready';
  return (
    <Stack gap={4} align="start" mih={HEIGHT_PX} data-health={state}>
      <StatusBadge look={LOOKS[state]} />
      {missing && <Text size="sm">{missing.message || t`It did not answer.`}</Text>}
      {isLate && (
        <Text size="sm">
          <Trans>Batches go on only while a process with the role “worker” runs. See the log of those.</Trans>
        </Text>
      )}
      {counted && (
        <Text size="xs" c="dimmed">
          <Trans>
            Counted <Time at={counted} relative />.
          </Trans>
        </Text>
      )}
    </Stack>
  );
}
