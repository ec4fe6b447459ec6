import type { Violation } from '../violation';

/** How a device that is given an address can fetch from it: the values 0–3 of `/5/x/8` in this order (LwM2M 1.1, E.6). */
export const DOWNLOAD_SCHEMES = ['coap', 'coaps', 'http', 'https'] as const;

export type DownloadScheme = (typeof DOWNLOAD_SCHEMES)[number];

/** R-FLOW-3: those a batch asks for; `offered` are those that the installation has addresses of. */
export function schemeViolations(asked: readonly DownloadScheme[] | undefined, offered: readonly DownloadScheme[]): Violation[] {
  if (asked === undefined) return [];
  const limit = offered.join(', ');
  if (asked.length === 0) {
    const hint = 'Name at least one scheme, or leave the list out for all that the installation has.';
    return [{ code: 'REQUIRED', field: 'schemes', message: 'The list of schemes is empty.', hint, limit }];
  }
  return asked.flatMap((scheme, index) => {
    if (offered.includes(scheme)) return [];
    return [
      {
        code: 'DOWNLOAD_SCHEME' as const,
        field: `schemes.${index}`,
        message: `The installation has no download addresses with ${scheme}://; it has ${limit}.`,
        hint: `Choose of ${limit}, or have the installation serve ${scheme}: docs/settings.md says how.`,
        limit,
      },
    ];
  });
}
