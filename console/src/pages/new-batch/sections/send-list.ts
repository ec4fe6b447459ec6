import type { Problem } from '@updraft/client';
import { platform } from '../../../app/platform';
import { problemsOf } from '../../../app/problems';
import { signedOut } from '../../../app/session/session';
import { firstRows } from '../../../components/first-rows';

export interface WrongRow {
  readonly row: string;
  readonly value: string;
  readonly reason: string;
}

export interface SentList {
  readonly id: string;
  readonly status: string;
  readonly rows: number;
  readonly invalid: number;
  readonly unknown: number;
  readonly duplicates: number;
  readonly invalidRows?: string;
  /** The first of them. */
  readonly wrong: readonly WrongRow[];
}

type Sent = { readonly ok: true; readonly sent: SentList } | { readonly ok: false; readonly problems: readonly Problem[] };

/** `POST /lists`: the list, with the first of its wrong rows, or what is wrong with the file. */
export async function sendList(productKey: string, file: File): Promise<Sent> {
  const response = await platform
    .fetch(`${platform.url}/lists?productKey=${encodeURIComponent(productKey)}`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: file,
    })
    .catch(() => null);
  if (response?.status === 401) signedOut();
  const body = (await response?.json().catch(() => null)) as (Omit<SentList, 'wrong'> & { errors?: Partial<Problem>[] }) | null;
  if (response?.ok && body?.id)
    return { ok: true, sent: { ...body, wrong: body.invalidRows ? await firstRows<WrongRow>(body.invalidRows) : [] } };
  return { ok: false, problems: problemsOf(body) };
}
