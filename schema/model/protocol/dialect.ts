/** How a device speaks. Its product gives the default (R-FLOW-7). A new one compiles once every question about it has an answer. */
export const DIALECTS = ['LINK', 'IOTDA'] as const;
export type Dialect = (typeof DIALECTS)[number];

interface Traits {
  /** As people write it. */
  name: string;
  /**
   * Who starts the upgrade workflow: a device-led one is started by the device's first reaction to a bulk offer, a platform-led one by the
   * batch, as its child, when it asks the device for its version.
   */
  lead: 'device' | 'platform';
  /** Whether a device may sign in with a certificate instead of its secret. */
  certificates: boolean;
  /** Whether a child is reached on topics of its own, or on those of its parent. */
  childTopics: 'own' | 'of the parent';
}

const TRAITS = {
  LINK: { name: 'Link', lead: 'device', certificates: false, childTopics: 'own' },
  IOTDA: { name: 'IoTDA', lead: 'platform', certificates: true, childTopics: 'of the parent' },
} as const satisfies Record<Dialect, Traits>;

type Led<By extends Traits['lead']> = { [D in Dialect]: (typeof TRAITS)[D]['lead'] extends By ? D : never }[Dialect];
export type PlatformLedDialect = Led<'platform'>;

/** Something that may name its dialect. Products that name none, and tasks of older versions, are of the first there was. */
export interface Speaking {
  dialect?: Dialect | null;
}

export const dialectOf = ({ dialect }: Speaking): Dialect => dialect ?? 'LINK';
export const traitsOf = (speaking: Speaking): Traits => TRAITS[dialectOf(speaking)];

const isLedByPlatform = (dialect: Dialect): dialect is PlatformLedDialect => TRAITS[dialect].lead === 'platform';
export const PLATFORM_LED: readonly PlatformLedDialect[] = DIALECTS.filter(isLedByPlatform);
export const WITH_CERTIFICATES: readonly Dialect[] = DIALECTS.filter((dialect) => TRAITS[dialect].certificates);

/** Null: the device leads. */
export function platformLedDialect(speaking: Speaking): PlatformLedDialect | null {
  const dialect = dialectOf(speaking);
  return isLedByPlatform(dialect) ? dialect : null;
}

export const isPlatformLed = (speaking: Speaking): boolean => platformLedDialect(speaking) !== null;
