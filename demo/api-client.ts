/** The API said no, and why; shown without a stack. */
export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal';
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

interface Refused {
  code?: string;
  field?: string | null;
  message: string;
  hint?: string | null;
}

export interface ApiClient {
  readonly url: string;
  readonly key: string;
  /** The answer's only field. Throws ApiRefusal for errors and user errors alike. */
  call<T>(document: string, variables?: Record<string, unknown>): Promise<T>;
}

const ANSWER_MS = 60_000;

/** GraphQL over HTTP with an API key, as any program would use it. */
export function createApiClient(url: string, key: string): ApiClient {
  return {
    url,
    key,
    async call<T>(document: string, variables: Record<string, unknown> = {}) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ query: document, variables }),
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      const { data, errors } = await answerOf<{ data?: Record<string, unknown>; errors?: Refused[] }>(response);
      if (errors?.length) throw new ApiRefusal(textOf(errors), response.status);
      const value = Object.values(data ?? {})[0] as T & { userErrors?: Refused[] };
      if (value?.userErrors?.length) throw new ApiRefusal(textOf(value.userErrors), response.status);
      return value;
    },
  };
}

export async function answerOf<T>(response: Response): Promise<T> {
  const text = await response.text();
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new ApiRefusal(`The API answered ${response.status} ${response.statusText} and no JSON.`, response.status);
  }
}

export const textOf = (errors: readonly Refused[]): string =>
  errors.map(({ field, message, hint }) => [field && `${field}:`, message, hint].filter(Boolean).join(' ')).join('\n');
