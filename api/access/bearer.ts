/** The key in `Authorization: Bearer <key>`, or null. */
export function bearerKey(authorization: string | undefined): string | null {
  return /^Bearer +([\x21-\x7e]{1,512}) *$/i.exec(authorization ?? '')?.[1] ?? null;
}

/** The key in graphql-ws's `connectionParams`: the same header value as over HTTP, or `apiKey` alone. */
export function connectionKey(params: Readonly<Record<string, unknown>> | undefined): string | null {
  const authorization = params?.authorization ?? params?.Authorization;
  if (typeof authorization === 'string') return bearerKey(authorization);
  return typeof params?.apiKey === 'string' ? bearerKey(`Bearer ${params.apiKey}`) : null;
}
