const USAGE = `Usage: npm start

Starts Updraft: API, workflows and MQTT gateway, and the servers that no setting names.
There are no options. What can be set is set in the environment: docs/settings.md.

  UPDRAFT_HTTP_PORT=9000 npm start

  -h, --help   this text
`;

/**
 * What is wrong with the arguments of `npm start`, and how it is used: a setting that is given as an option would be lost silently.
 * @param {string[]} args @returns {{ code: number, text: string } | null}
 */
export function answerToArguments(args) {
  if (args.length === 0) return null;
  if (args.every((arg) => arg === '-h' || arg === '--help')) return { code: 0, text: USAGE };
  const unknown = args.find((arg) => arg !== '-h' && arg !== '--help');
  return { code: 2, text: `npm start does not know "${unknown.slice(0, 60)}".\n\n${USAGE}` };
}
