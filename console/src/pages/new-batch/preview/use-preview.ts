import { useDebouncedValue } from '@mantine/hooks';
import type { Problem, Result } from '@updraft/client';
import { useEffect, useMemo, useRef, useState } from 'react';
import { platform } from '../../../app/platform';
import {
  type ChosenPackageFragment,
  type CreateDynamicBatchInput,
  type CreateStaticBatchInput,
  PreviewDynamicDocument,
  PreviewStaticDocument,
  type WhatWouldHappenFragment,
} from '../../../generated/pages/new-batch/documents';
import { useLoaded } from '../../../live/use-loaded';
import { dynamicInput, type Field, missing, staticInput } from '../form/to-input';
import type { Values } from '../form/values';

/** What would be sent; text, so that the same is the same. */
export type Draft =
  | { readonly kind: 'STATIC'; readonly input: CreateStaticBatchInput }
  | { readonly kind: 'DYNAMIC'; readonly input: CreateDynamicBatchInput };

export const draftOf = (values: Values): Draft =>
  values.kind === 'STATIC' ? { kind: 'STATIC', input: staticInput(values) } : { kind: 'DYNAMIC', input: dynamicInput(values) };

/** What the API would do with it; null with `ok` does not happen: a refusal is none. */
export async function askWhatWouldHappen(draft: Draft, signal?: AbortSignal): Promise<Result<WhatWouldHappenFragment | null>> {
  const options = signal ? { signal } : {};
  if (draft.kind === 'STATIC') {
    const result = await platform.query(PreviewStaticDocument, { input: draft.input }, options);
    return result.ok ? { ok: true, data: result.data.previewBatch?.preview ?? null } : { ...result, data: null };
  }
  const result = await platform.query(PreviewDynamicDocument, { input: draft.input }, options);
  return result.ok ? { ok: true, data: result.data.previewDynamicBatch?.preview ?? null } : { ...result, data: null };
}

export interface Preview {
  /** The last one there was: while another is counted, and while what is typed is refused. */
  readonly shown: WhatWouldHappenFragment | null;
  /** Whether it is of what the form says now. */
  readonly isCurrent: boolean;
  readonly countedAt: Date | null;
  readonly loading: boolean;
  readonly problems: readonly Problem[];
  readonly lacks: readonly Field[];
  reload(): void;
}

/** Long enough that not every letter of a number is asked about. */
const QUIET_MS = 400;
const NONE: readonly Problem[] = [];

/** What the batch would do, asked again after each change of the form, and when its window is looked at again. */
export function usePreview(values: Values, chosen: ChosenPackageFragment | null, may: boolean): Preview {
  const lacks = missing(values, chosen);
  const now = may && lacks.length === 0 ? JSON.stringify(draftOf(values)) : null;
  const [settled] = useDebouncedValue(now, QUIET_MS);
  const isSettled = settled === now;
  const { data, problems, loading, reload } = useLoaded(settled === null ? null : `preview ${settled}`, (signal) =>
    askWhatWouldHappen(JSON.parse(settled ?? '') as Draft, signal),
  );
  const last = useRef<WhatWouldHappenFragment | null>(null);
  const [countedAt, setCountedAt] = useState<Date | null>(null);
  if (data) last.current = data;
  useEffect(() => {
    if (data) setCountedAt(new Date());
  }, [data]);
  useEffect(() => {
    const looked = (): void => {
      if (document.visibilityState === 'visible') reload();
    };
    document.addEventListener('visibilitychange', looked);
    return () => document.removeEventListener('visibilitychange', looked);
  }, [reload]);
  const told = isSettled && now !== null ? problems : NONE;
  return useMemo(
    () => ({
      shown: last.current,
      isCurrent: isSettled && now !== null && data !== null && problems.length === 0,
      countedAt,
      loading: now !== null && (loading || !isSettled),
      problems: told,
      lacks,
      reload,
    }),
    [data, problems, told, loading, isSettled, now, countedAt, lacks, reload],
  );
}
