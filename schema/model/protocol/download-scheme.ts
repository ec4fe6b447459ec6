/** How a device that is given an address can fetch from it: the values 0–3 of `/5/x/8` in this order (LwM2M 1.1, E.6). */
export const DOWNLOAD_SCHEMES = ['coap', 'coaps', 'http', 'https'] as const;

export type DownloadScheme = (typeof DOWNLOAD_SCHEMES)[number];
