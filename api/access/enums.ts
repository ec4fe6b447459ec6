import { enumOf } from '../enums';

export const ActorKindEnum = enumOf('ActorKind', 'What it is that asks.', {
  KEY: 'An API key.',
  PERSON: 'A person, or a program with a token of an identity provider.',
  APP_USER: 'The user of an app.',
});

export type SignedInBy = 'API_KEY' | 'TOKEN' | 'BROWSER_SESSION';
export const SignedInByEnum = enumOf<SignedInBy>('SignedInBy', 'What a request came with.', {
  API_KEY: 'An API key.',
  TOKEN: 'A token: of an identity provider, or of an app.',
  BROWSER_SESSION: 'The cookie of a browser session.',
});
