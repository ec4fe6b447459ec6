import { type LinkIdentity, linkCredentials } from '../test/support/devices/link/link-identity';
import { clock } from './picture';
import type { Paint } from './spans';
import type { DemoState } from './state';
import type { Deviation } from './verdict';

const DEVIATIONS_SHOWN = 20;

/** What came of the batch, planned and real. */
export function summary(state: DemoState, found: readonly Deviation[], now: number, paint: Paint): string {
  const { counts, devices, startedAt, batchStatus, statusReason } = state;
  const failed = [...state.tasks.values()].filter(({ status }) => status === 'FAILED').length;
  const verdict =
    found.length === 0
      ? paint('green', `All ${devices} ended as planned: ${devices - failed} succeeded, ${failed} failed on purpose.`)
      : paint('red', `${found.length} of ${devices} ended otherwise than planned:`);
  const shown = found
    .slice(0, DEVIATIONS_SHOWN)
    .map(({ deviceName, planned, actual }) => `  ${deviceName}: planned ${planned}, was ${actual}`);
  const more = found.length - shown.length;
  return [
    '',
    `The batch is ${batchStatus}${statusReason ? ` (${statusReason})` : ''} after ${clock(now - startedAt)}, with ${counts.total} tasks.`,
    verdict,
    ...shown,
    ...(more > 0 ? [`  and ${more} more`] : []),
    '',
  ].join('\n');
}

/** Where a browser shows the batch as it runs. */
export const watching = (apiUrl: string, batchPath: string, signInLink: string | null): string =>
  `  Watch it in a browser: ${signInLink ?? `${apiUrl}${batchPath}`}${signInLink ? ' (signs in once)' : ''}\n\n`;

export interface Addresses {
  apiUrl: string;
  explorerUrl?: string;
  /** Signs in a browser, once. */
  signInLink?: string | null;
  temporalUiUrl?: string;
  mqttUrl: string;
  coapUrl?: string;
  coapsUrl?: string;
  key: string;
  keyFile: string;
  logFile: string;
  /** Not of the fleet, to try with clients of one's own. */
  device: LinkIdentity;
  lwm2m: { deviceName: string; psk: { identity: string; key: string } };
}

/** What to try while the platform stays. */
export function whatToTry(addresses: Addresses, paint: Paint): string {
  const { apiUrl, explorerUrl, signInLink, temporalUiUrl, mqttUrl, coapUrl, coapsUrl, key, keyFile, logFile, device, lwm2m } = addresses;
  const { clientId, username, password } = linkCredentials(device);
  const query = '{ batches(first: 3) { edges { node { name status counts { total succeeded failed } } } } }';
  const rows: [string, string][] = [
    ['Console', signInLink ?? apiUrl],
    ['', `${signInLink ? 'signs in once, within 10 minutes; otherwise ' : ''}${apiUrl} takes the key`],
    ...row('GraphQL explorer', explorerUrl),
    ['API', `${apiUrl}/graphql`],
    ['API key', key],
    ['', `in the header Authorization: Bearer KEY; kept in ${keyFile}`],
    ...row('Temporal', temporalUiUrl),
    ['MQTT', mqttUrl],
    ['A spare device', `${device.deviceName} of product ${device.productKey}`],
    ['  secret', device.secret],
    ['  client id', clientId],
    ['  user name', username],
    ['  password', password],
    ...row('CoAP', [coapsUrl, coapUrl].filter(Boolean).join(', and without DTLS ')),
    ['A spare LwM2M one', lwm2m.deviceName],
    ['  endpoint name', `${lwm2m.psk.identity}, its PSK identity as well`],
    ['  key, in hex', lwm2m.psk.key],
    ['Log', logFile],
  ];
  return [
    paint('bold', 'Updraft stays for you to try:'),
    ...rows.map(([name, value]) => `  ${name.padEnd(17)} ${value}`),
    '',
    // By a pipe: command lines are seen by other users of the machine.
    `  sed 's/^/Authorization: Bearer /' ${keyFile} | curl -s ${apiUrl}/graphql -H @- \\`,
    `    -H 'content-type: application/json' -d '${JSON.stringify({ query })}'`,
    '',
    'Ctrl-C stops everything. Data stays for the next demo.',
    '',
  ].join('\n');
}

const row = (name: string, value: string | undefined): [string, string][] => (value ? [[name, value]] : []);
