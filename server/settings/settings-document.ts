import { writeFileSync } from 'node:fs';
import { FIXED } from '../../schema/model/limits';
import { COAP_QUOTA_SETTINGS, coapQuotaVariable } from './coap-settings';
import { LIMIT_SETTINGS, limitVariable } from './limit-settings';
import { QUOTA_SETTINGS, quotaVariable } from './quota-settings';
import { SETTINGS, SETUP_VARIABLES } from './settings';

interface Row {
  about: string;
  default?: unknown;
  defaultText?: string;
  example: string;
  kind?: { expected: string };
}

/** As it would be written. */
const written = (value: unknown): unknown => (typeof value === 'boolean' ? (value ? 'on' : 'off') : value);

const row = ([variable, { about, default: value, defaultText, example, kind }]: [string, Row]): string =>
  `| \`${variable}\` | ${about} | ${kind ? kind.expected : 'a path or address'} | ${defaultText ?? written(value) ?? 'none'} | \`${example}\` |`;

const table = (rows: [string, Row][]): string =>
  ['| variable | what it does | value | default | example |', '|---|---|---|---|---|', ...rows.map(row)].join('\n');

/** The text of `docs/settings.md`. */
export function settingsDocument(): string {
  return `# Settings
All settings are environment variables. A wrong value stops the start with a message that names the variable, what was expected and an example; an empty one counts as not set.

## The platform
${table(Object.entries(SETTINGS))}

## Limits
What a user may ask for. The API has them under the names of its query \`limits\`: \`fileBytes\` is \`UPDRAFT_LIMIT_FILE_BYTES\`. Raising one beyond its default is at your own measure.

${table([...LIMIT_SETTINGS].map(([name, setting]) => [limitVariable(name), setting]))}

These are no settings, because protocols or what is stored depend on them:

| name | what it is | value |
|---|---|---|
${Object.entries(FIXED)
  .map(([name, { description, value }]) => `| \`${name}\` | ${description} | ${value} |`)
  .join('\n')}

## Devices
What devices may take of a gateway over MQTT. What is refused is counted: see [operating.md](operating.md).

${table([...QUOTA_SETTINGS].map(([name, setting]) => [quotaVariable(name), setting]))}

And over CoAP:

${table([...COAP_QUOTA_SETTINGS].map(([name, setting]) => [coapQuotaVariable(name), setting]))}

## Set-up and tests
Read by \`npm run demo\`, \`npm start\` and \`npm test\` before the platform runs.

${table(Object.entries(SETUP_VARIABLES))}
`;
}

// `npm run build && node dist/server/settings/settings-document.js` writes it anew.
if (require.main === module) writeFileSync('docs/settings.md', settingsDocument());
