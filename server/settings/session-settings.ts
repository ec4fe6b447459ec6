import * as kinds from './kinds';
import { optional, setting } from './setting';

/** Of people: who may sign in, and for how long. */
export const SESSION_SETTINGS = {
  UPDRAFT_ISSUERS_FILE: optional(kinds.path, {
    defaultText: 'none: API keys only',
    about: 'JSON file of the identity providers whose tokens are taken (docs/access.md). The same for all processes.',
    example: '/etc/updraft/issuers.json',
  }),
  UPDRAFT_SESSION_HOURS: setting(kinds.wholeNumber(1, 720, 'hours'), 12, {
    about: 'A browser session ends after so long, however much it is used.',
    example: '8',
  }),
  UPDRAFT_SESSION_IDLE_MINUTES: setting(kinds.wholeNumber(5, 10_080, 'minutes'), 60, {
    about: 'A browser session ends when it is not used for so long; an open subscription is use.',
    example: '30',
  }),
  UPDRAFT_SIGN_IN_LINK: optional(kinds.onOff, {
    defaultText: 'on for a loopback address without UPDRAFT_PUBLIC_BASE_URL',
    about: 'Each start prints a link that signs an administrator in, once, within 10 minutes.',
    example: 'off',
  }),
} as const;
