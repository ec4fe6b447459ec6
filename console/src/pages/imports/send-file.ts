import type { Problem } from '@updraft/client';
import { platform } from '../../app/platform';
import { problemsOf } from '../../app/problems';
import { signedOut } from '../../app/session/session';

export interface Sent {
  /** The import that was made, or refused because of its rows. */
  readonly importId: string | null;
  /** What is wrong with the file as a whole. */
  readonly problems: readonly Problem[];
}

interface Given {
  productKey: string;
  skipInvalid: boolean;
  /** The same for each try to send this file: it is imported once. */
  idempotencyKey: string;
}

interface Answer {
  id?: string;
  import?: { id: string };
  errors?: Partial<Problem>[];
}

/** `POST /imports`. Only an XMLHttpRequest tells how much of a file has left. Null: it was stopped. */
export function sendFile(file: File, given: Given, progress: (bytes: number) => void, signal: AbortSignal): Promise<Sent | null> {
  const search = new URLSearchParams({
    productKey: given.productKey,
    skipInvalid: String(given.skipInvalid),
    idempotencyKey: given.idempotencyKey,
  });
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open('POST', `${platform.url}/imports?${search}`);
    request.setRequestHeader('content-type', 'text/csv');
    request.responseType = 'json';
    request.upload.onprogress = ({ loaded }) => progress(loaded);
    request.onerror = () => resolve({ importId: null, problems: problemsOf(null, { mayBeDone: true }) });
    request.onabort = () => resolve(null);
    request.onload = () => {
      if (request.status === 401) signedOut();
      const body = request.response as Answer | null;
      const importId = body?.id ?? body?.import?.id ?? null;
      resolve({ importId, problems: importId === null ? problemsOf(body, { mayBeDone: true }) : [] });
    };
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}
