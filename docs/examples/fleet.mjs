// KEY=… node docs/examples/fleet.mjs PRODUCT_KEY COUNT [--faulty]: that many devices in one process, registered on the first run.
// Their secrets are shown once by the API, so they are kept in fleet-PRODUCT_KEY.json. URL and MQTT_URL name another Updraft.
// The key comes from the environment, because other users of the machine can read command lines.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { startDevice } from './device.mjs';

const args = process.argv.slice(2);
// As it was once: KEY PRODUCT_KEY COUNT.
const keyed = args[0]?.startsWith('updraft_') ? args.shift() : undefined;
const key = keyed ?? process.env.KEY;
const [productKey, count, option] = args;
const api = process.env.URL || 'http://127.0.0.1:8080';
const url = process.env.MQTT_URL || 'mqtt://127.0.0.1:1883';
const kept = `fleet-${productKey}.json`;

function fail(text) {
  console.error(text);
  process.exit(1);
}

if (!key || !productKey || !(Number(count) >= 1)) fail('Usage: KEY=<API key> node docs/examples/fleet.mjs PRODUCT_KEY COUNT [--faulty]');

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
for (const device of devices) startDevice({ ...device, productKey, url, version: '1.0.0', faulty: option === '--faulty', refused });
