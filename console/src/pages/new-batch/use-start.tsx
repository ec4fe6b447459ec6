import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { Stack, Text } from '@mantine/core';
import type { Problem } from '@updraft/client';
import { useRef, useState } from 'react';
import { platform } from '../../app/platform';
import { signedOut } from '../../app/session/session';
import { useConfirm } from '../../components/Confirm';
import {
  type ChosenPackageFragment,
  StartDynamicBatchDocument,
  StartStaticBatchDocument,
  type WhatWouldHappenFragment,
} from '../../generated/pages/new-batch/documents';
import { safeToRepeat, useErrorText } from '../../i18n/error-text';
import { showAtFields } from '../../i18n/form-errors';
import { createSameCall } from '../../live/same-call';
import { fieldOf } from './form/fields';
import type { Form } from './form/parts';
import type { Values } from './form/values';
import { askWhatWouldHappen, type Draft, draftOf } from './preview/use-preview';

async function create(draft: Draft, idempotencyKey: string) {
  if (draft.kind === 'STATIC') {
    const result = await platform.mutate(StartStaticBatchDocument, { input: { ...draft.input, idempotencyKey } });
    return result.ok ? ({ ok: true, id: result.data.createStaticBatch.batch?.id ?? '' } as const) : result;
  }
  const result = await platform.mutate(StartDynamicBatchDocument, { input: { ...draft.input, idempotencyKey } });
  return result.ok ? ({ ok: true, id: result.data.createDynamicBatch.batch?.id ?? '' } as const) : result;
}

/** Counts once more, asks, and creates: the figures that somebody agrees to are of that moment. */
export function useStart(form: Form, chosen: ChosenPackageFragment | null, done: (batchId: string) => void) {
  const { t } = useLingui();
  const confirm = useConfirm();
  const textOf = useErrorText();
  const [running, setRunning] = useState(false);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const call = useRef(createSameCall());

  const refused = ({ reason, problems: told }: { reason: string; problems: readonly Problem[] }): void => {
    if (reason === 'not-signed-in') {
      signedOut();
      return;
    }
    // Told beside the button as well: the field may be far away.
    showAtFields(form, told, textOf, (path) => fieldOf(path, form.values));
    setProblems(told);
  };

  const attempt = async (): Promise<void> => {
    const draft = draftOf(form.values);
    const counted = await askWhatWouldHappen(draft);
    if (!counted.ok) return refused(counted);
    if (!counted.data || !chosen) return;
    const agreed = await confirm({
      title: t`Create this batch?`,
      children: <Summary counted={counted.data} values={form.values} chosen={chosen} />,
      action: t`Create the batch`,
    });
    if (!agreed) return;
    const result = await create(draft, call.current.keyFor(draft));
    if (result.ok) done(result.id);
    else refused({ ...result, problems: result.problems.map(safeToRepeat) });
  };

  const run = async (): Promise<void> => {
    setProblems([]);
    setRunning(true);
    await attempt().finally(() => setRunning(false));
  };
  return { run, running, problems };
}

function Summary({ counted, values, chosen }: { counted: WhatWouldHappenFragment; values: Values; chosen: ChosenPackageFragment }) {
  const { name, version } = chosen;
  const { toPush } = counted;
  return (
    <Stack gap="xs">
      <Text style={{ overflowWrap: 'anywhere' }}>
        {values.kind === 'DYNAMIC' ? (
          <Trans>
            {name} ({version}) goes to <Plural value={toPush} one="# device" other="# devices" /> now, and to every device that matches
            later.
          </Trans>
        ) : (
          <Trans>
            {name} ({version}) goes to <Plural value={toPush} one="# device" other="# devices" />.
          </Trans>
        )}
      </Text>
      {values.others === 'override' && (
        <Text>
          <Trans>Earlier updates of these devices are canceled if they have not begun.</Trans>
        </Text>
      )}
      <Text size="sm" c="dimmed">
        <Trans>You can pause or cancel it at any time. Devices that are already updated stay so.</Trans>
      </Text>
    </Stack>
  );
}
