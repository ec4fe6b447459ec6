/** How a device speaks. Its product gives the default (R-FLOW-7). */
export const DIALECTS = ['LINK'] as const;
export type Dialect = (typeof DIALECTS)[number];

/**
 * Who starts the upgrade workflow: a device-led one is started by the device's first reaction to a bulk offer,
 * a platform-led one by the batch, as its child.
 */
export const LEAD: Record<Dialect, 'device' | 'platform'> = { LINK: 'device' };
