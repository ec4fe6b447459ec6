import type { Collections } from '../../../schema/mongo/connect';
import type { Clock } from '../../clock';
import type { Identity } from '../people/people';
import { newToken, tokenHash } from './session-token';

export const LINK_MINUTES = 10;

/** Who opens the link that a start prints is whoever can start the platform, and so read its data directory. */
export const LOCAL_PERSON: Identity = {
  issuer: 'local',
  subject: 'start',
  name: 'Whoever started Updraft',
  role: 'ADMINISTRATOR',
  products: null,
};

export interface SignInLinks {
  make(): Promise<string>;
  /** Whether it was good: it is not any more. */
  take(token: string): Promise<boolean>;
}

export function createSignInLinks(links: Collections['signInLinks'], clock: Clock): SignInLinks {
  return {
    async make() {
      const token = newToken();
      await links.insertOne({ _id: tokenHash(token) ?? '', expiresAt: new Date(clock().getTime() + LINK_MINUTES * 60_000) });
      return token;
    },
    async take(token) {
      const hash = tokenHash(token);
      return hash !== null && (await links.findOneAndDelete({ _id: hash, expiresAt: { $gt: clock() } })) !== null;
    },
  };
}
