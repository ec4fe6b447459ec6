// KEY=… node docs/examples/fleet.mjs PRODUCT_KEY COUNT [--faulty]: that many devices in one process, registered on the first run.
// Their secrets are shown once by the API, so they are kept in fleet-PRODUCT_KEY.json. URL and MQTT_URL name another Updraft.
// The key comes from the environment, because other users of the machine can read command lines.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { calledWith, fail } from './common.mjs';
import { startDevice } from './device.mjs';

const USAGE =
  'Usage: KEY=<API key> [URL=http://127.0.0.1:8080] [MQTT_URL=mqtt://127.0.0.1:1883] node docs/examples/fleet.mjs PRODUCT_KEY COUNT [--faulty]';
const { apiKey: key, url: api, args, options } = calledWith(USAGE, 2, ['--faulty']);
const [productKey, count] = args;
if (!/^[1-9]\d{0,3}$/.test(count)) fail(USAGE);
const url = process.env.MQTT_URL || 'mqtt://127.0.0.1:1883';
const kept = `fleet-${productKey}.json`;

async function register() {
  const devices = Array.from({ length: Number(count) }, (_, index) => ({ deviceName: `valve-${index + 1}` }));
  const query = `mutation ($input: RegisterDevicesInput!) {
    registerDevices(input: $input) { devices { secret device { deviceName } } userErrors { message } }
  }`;
  const response = await fetch(`${api}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { input: { productKey, devices } } }),
  }).catch((error) =>
    fail(
      `${api} does not answer (${error.cause?.code ?? error.cause?.message ?? error.message}). Is Updraft running, and is URL its address?`,
    ),
  );
  const { data, errors } = await response
    .json()
    .catch(() => fail(`${api} answers with HTTP ${response.status}. Is URL Updraft's address?`));
  const wrong = [...(errors ?? []), ...(data?.registerDevices?.userErrors ?? [])];
  if (response.status === 401) fail(`${wrong[0]?.message ?? 'The key is refused.'} Set KEY to an API key that is not revoked.`);
  if (wrong.length > 0) fail(wrong[0].message);
  const secrets = data.registerDevices.devices.map(({ secret, device }) => ({ deviceName: device.deviceName, secret }));
  writeFileSync(kept, JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
}

const devices = existsSync(kept) ? JSON.parse(readFileSync(kept, 'utf8')) : await register();
const refused = `If ${kept} has the secrets of devices of another Updraft, delete it and start again.`;
for (const device of devices) startDevice({ ...device, productKey, url, version: '1.0.0', faulty: options.includes('--faulty'), refused });
