import type { Credentials, TokenProvider } from './options.js';

/** The credentials of one client, for HTTP and for the socket alike. */
export interface Keyring {
  /** The value of the header `Authorization`; none for a browser session. */
  authorization(): Promise<string | null>;
  /** What was sent is not good. Says whether there may be something else to send. */
  refused(sent: string | null): boolean;
}

export function createKeyring(credentials: Credentials): Keyring {
  if (credentials === 'browser session') return { authorization: async () => null, refused: () => false };
  if ('apiKey' in credentials) {
    const header = `Bearer ${credentials.apiKey}`;
    return { authorization: async () => header, refused: () => false };
  }
  let current: Promise<string> | null = null;
  let last: string | null = null;
  let why: 'needed' | 'refused' = 'needed';
  return {
    authorization() {
      if (current) return current;
      const asked = fetched(credentials.token, why);
      current = asked;
      asked.then(
        (header) => {
          last = header;
        },
        () => {
          if (current === asked) current = null;
        },
      );
      return asked;
    },
    refused(sent) {
      // Several requests are refused with one token; another one may have been fetched by then.
      if (sent === last) {
        current = null;
        why = 'refused';
      }
      return true;
    },
  };
}

/** Also what the provider throws at once is a promise that is rejected. */
const fetched = async (provider: TokenProvider, why: 'needed' | 'refused'): Promise<string> => `Bearer ${await provider(why)}`;
