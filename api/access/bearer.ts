/** A key, or a token of three parts, which is refused further on with a reason if it is too long. */
const BEARER = /^Bearer +([\x21-\x7e]{1,512}|[\w-]+\.[\w-]+\.[\w-]*) *$/i;

/** The key or token in `Authorization: Bearer <key>`, or null. */
export function bearerKey(authorization: string | undefined): string | null {
  return BEARER.exec(authorization ?? '')?.[1] ?? null;
}

/** The key or token in graphql-ws's `connectionParams`: the same header value as over HTTP, or `apiKey` alone. */
export function connectionKey(params: Readonly<Record<string, unknown>> | undefined): string | null {
  const authorization = params?.authorization ?? params?.Authorization;
  if (typeof authorization === 'string') return bearerKey(authorization);
  return typeof params?.apiKey === 'string' ? bearerKey(`Bearer ${params.apiKey}`) : null;
}

/** Nothing was given, or a scheme with nothing behind it, as the explorer does while it has no key. */
export const isBare = (authorization: unknown): boolean =>
  authorization === undefined || authorization === null || (typeof authorization === 'string' && /^(Bearer *)?$/i.test(authorization));
