const DEFAULT_DATABASE = 'updraft';

/** The name of the database that a connection string of MongoDB names. */
export function databaseOf(uri: string): string {
  const path = /^mongodb(?:\+srv)?:\/\/[^/]+\/([^?]*)/.exec(uri)?.[1];
  return path || DEFAULT_DATABASE;
}
