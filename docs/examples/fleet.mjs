// node docs/examples/fleet.mjs KEY PRODUCT_KEY COUNT [--faulty]: that many devices in one process, registered on the first run.
// Their secrets are shown once by the API, so they are kept in fleet-PRODUCT_KEY.json. URL and MQTT_URL name another Updraft.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { startDevice } from './device.mjs';

const [key, productKey, count, option] = process.argv.slice(2);
const { URL: api = 'http://127.0.0.1:8080', MQTT_URL: url = 'mqtt://127.0.0.1:1883' } = process.env;
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
  });
  const { data, errors } = await response.json();
  const wrong = [...(errors ?? []), ...(data?.registerDevices?.userErrors ?? [])];
  if (wrong.length > 0) throw new Error(wrong[0].message);
  const secrets = data.registerDevices.devices.map(({ secret, device }) => ({ deviceName: device.deviceName, secret }));
  writeFileSync(kept, JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
}

const devices = existsSync(kept) ? JSON.parse(readFileSync(kept, 'utf8')) : await register();
for (const device of devices) startDevice({ ...device, productKey, url, version: '1.0.0', faulty: option === '--faulty' });
