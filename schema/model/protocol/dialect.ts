/** How a device speaks. Its product gives the default (R-FLOW-7). A new one compiles once every question about it has an answer. */
export const DIALECTS = ['LINK', 'IOTDA', 'LWM2M'] as const;
export type Dialect = (typeof DIALECTS)[number];

interface Traits {
  /** As people write it. */
  name: string;
  /** What its devices connect over: each is spoken by one kind of gateway. */
  transport: 'MQTT' | 'COAP';
  /**
   * Who starts the upgrade workflow: a device-led one is started by the device's first reaction to a push, a platform-led one by the
   * platform: see `workflowFrom`.
   */
  lead: 'device' | 'platform';
  /** What the workflow begins with: the device's first reaction, the version query, or that the device accepts a package. */
  workflowFrom: 'reaction' | 'query' | 'acceptance';
  /** R-FLOW-7: what its devices can be given: what any batch brings, or one file of the module `default`, and not over MQTT. */
  takes: 'any batch' | 'one file';
  /** What its devices are known by beside their names: a secret, or an endpoint name and pre-shared keys. */
  identity: 'secret' | 'endpoint';
  /** Whether a device may sign in with a certificate instead of its secret. */
  certificates: boolean;
  /** Whether a child is reached on topics of its own, or on those of its parent. Null: there are no children. */
  childTopics: 'own' | 'of the parent' | null;
}

const TRAITS = {
  LINK: {
    name: 'Link',
    transport: 'MQTT',
    lead: 'device',
    workflowFrom: 'reaction',
    takes: 'any batch',
    identity: 'secret',
    certificates: false,
    childTopics: 'own',
  },
  IOTDA: {
    name: 'IoTDA',
    transport: 'MQTT',
    lead: 'platform',
    workflowFrom: 'query',
    takes: 'any batch',
    identity: 'secret',
    certificates: true,
    childTopics: 'of the parent',
  },
  LWM2M: {
    name: 'LwM2M',
    transport: 'COAP',
    lead: 'platform',
    workflowFrom: 'acceptance',
    takes: 'one file',
    identity: 'endpoint',
    certificates: false,
    childTopics: null,
  },
} as const satisfies Record<Dialect, Traits>;

type TraitOf<D, T extends keyof Traits, Missing> = D extends keyof typeof TRAITS ? (typeof TRAITS)[D][T] : Missing;
/** One whose traits are missing is among them, so that the compiler names all tables at once. */
export type PlatformLedDialect = { [D in Dialect]: TraitOf<D, 'lead', 'platform'> extends 'platform' ? D : never }[Dialect];
/** The same: those of one kind of gateway. */
export type DialectOver<T extends Traits['transport']> = { [D in Dialect]: TraitOf<D, 'transport', T> extends T ? D : never }[Dialect];

/** Something that may name its dialect. Products that name none, and tasks of older versions, are of the first there was. */
export interface Speaking<D extends Dialect = Dialect> {
  dialect?: D | null;
}

export const dialectOf = <D extends Dialect>({ dialect }: Speaking<D>): D | 'LINK' => dialect ?? 'LINK';
export const traitsOf = (speaking: Speaking): Traits => TRAITS[dialectOf(speaking)];

const isLedByPlatform = (dialect: Dialect): dialect is PlatformLedDialect => TRAITS[dialect].lead === 'platform';
export const PLATFORM_LED: readonly PlatformLedDialect[] = DIALECTS.filter(isLedByPlatform);
export const TAKING_ONE_FILE: readonly Dialect[] = DIALECTS.filter((dialect) => TRAITS[dialect].takes === 'one file');
export const WITH_CERTIFICATES: readonly Dialect[] = DIALECTS.filter((dialect) => TRAITS[dialect].certificates);

/** Those that one kind of gateway speaks. */
export const dialectsOver = <T extends Traits['transport']>(transport: T): readonly DialectOver<T>[] =>
  DIALECTS.filter((dialect): dialect is DialectOver<T> => TRAITS[dialect].transport === transport);

/** Null: the device leads. */
export function platformLedDialect(speaking: Speaking): PlatformLedDialect | null {
  const dialect = dialectOf(speaking);
  return isLedByPlatform(dialect) ? dialect : null;
}

export const isPlatformLed = (speaking: Speaking): boolean => platformLedDialect(speaking) !== null;

/** Its upgrades wait as documents until the device accepts a package: the workflow starts with that. */
export const startsByAcceptance = (speaking: Speaking): boolean => traitsOf(speaking).workflowFrom === 'acceptance';
