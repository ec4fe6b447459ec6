// KEY=… node docs/examples/fleet.mjs PRODUCT_KEY COUNT [--faulty]: that many devices in one process. Those that are missing are registered.
// Their secrets are shown once by the API, so they are kept in fleet-PRODUCT_KEY.json. URL and MQTT_URL name another Updraft.
// The key comes from the environment, because other users of the machine can read command lines.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { calledWith, fail, mqttAddress } from './common.mjs';
import { startDevice } from './device.mjs';

const USAGE =
  'Usage: KEY=<API key> [URL=http://127.0.0.1:8080] [MQTT_URL=mqtt://127.0.0.1:1883] node docs/examples/fleet.mjs PRODUCT_KEY COUNT [--faulty]';
const { apiKey: key, url: api, args, options } = calledWith(USAGE, 2, ['--faulty']);
const [productKey, count] = args;
if (!/^[1-9]\d{0,3}$/.test(count)) fail(USAGE);
const url = mqttAddress();
const kept = `fleet-${productKey}.json`;

/** The devices from `first` to COUNT. */
async function register(first) {
  const devices = Array.from({ length: count - first + 1 }, (_, index) => ({ deviceName: `valve-${first + index}` }));
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
  return data.registerDevices.devices.map(({ secret, device }) => ({ deviceName: device.deviceName, secret }));
}

const devices = existsSync(kept) ? JSON.parse(readFileSync(kept, 'utf8')) : [];
if (devices.length < count) {
  devices.push(...(await register(devices.length + 1)));
  writeFileSync(kept, JSON.stringify(devices), { mode: 0o600 });
}
const refused = `If ${kept} has the secrets of devices of another Updraft, delete it and start again.`;
const faulty = options.includes('--faulty');
for (const device of devices.slice(0, count)) startDevice({ ...device, productKey, url, version: '1.0.0', faulty, refused });
