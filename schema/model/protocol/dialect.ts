/** How a device speaks. Its product gives the default (R-FLOW-7). */
export const DIALECTS = ['LINK', 'IOTDA'] as const;
export type Dialect = (typeof DIALECTS)[number];

/**
 * Who starts the upgrade workflow: a device-led one is started by the device's first reaction to a bulk offer,
 * a platform-led one by the batch, as its child.
 */
export const LEAD: Record<Dialect, 'device' | 'platform'> = { LINK: 'device', IOTDA: 'platform' };

export const PLATFORM_LED: readonly Dialect[] = DIALECTS.filter((dialect) => LEAD[dialect] === 'platform');

/** Tasks of older versions name no dialect: there was one. */
export const isPlatformLed = ({ dialect = 'LINK' }: { dialect?: Dialect }): boolean => LEAD[dialect] === 'platform';
