import { REQUEST_RATES } from '../../api/limits';
import * as kinds from './kinds';
import { setting } from './setting';

const perSecond = (who: string, rate: number) =>
  setting(kinds.wholeNumber(0, 1_000_000, 'requests a second'), rate, {
    about: `Requests a second over time of ${who}, in each process with the role api; further ones are answered with 429, RATE_LIMITED. 0: not limited.`,
    example: `${2 * rate}`,
  });

/** R-UI-4: how much one caller may ask of the API. */
export const RATE_SETTINGS = {
  UPDRAFT_KEY_REQUESTS_PER_SECOND: perSecond('one API key', REQUEST_RATES.key),
  UPDRAFT_PERSON_REQUESTS_PER_SECOND: perSecond('one person', REQUEST_RATES.person),
  UPDRAFT_APP_USER_REQUESTS_PER_SECOND: perSecond('one owner, whose app it is', REQUEST_RATES.appUser),
  UPDRAFT_REQUEST_BURST_SECONDS: setting(kinds.wholeNumber(1, 60, 'seconds'), REQUEST_RATES.burstSeconds, {
    about: 'After a pause, the requests of so many seconds may come at once.',
    example: '20',
  }),
} as const;
