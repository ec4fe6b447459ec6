// SECRET=… node docs/examples/device.mjs PRODUCT_KEY DEVICE_NAME [VERSION]: a small device of the Link dialect.
// It signs in, reports its version, and when it is notified downloads the file, checks it and "installs" it. Ctrl-C ends it.
// The secret comes from the environment, because other users of the machine can read command lines. MQTT_URL names another Updraft.
import { createHash, createHmac } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import mqtt from 'mqtt';
import { fail, helpIfAsked, mqttAddress } from './common.mjs';

const USAGE =
  'Usage: SECRET=<device secret> [MQTT_URL=mqtt://127.0.0.1:1883] node docs/examples/device.mjs PRODUCT_KEY DEVICE_NAME [VERSION]';

const REFUSED = 'Is it registered, enabled, and SECRET its secret?';

/** A faulty one downloads and then cannot install. `refused` is what to do when it may not sign in. */
export function startDevice({ productKey, deviceName, secret, version, url, faulty = false, refused = REFUSED }) {
  const self = `${productKey}/${deviceName}`;
  const id = `${productKey}.${deviceName}`;
  let messageId = 0;
  let busy = false;

  const client = mqtt.connect(url, {
    protocolVersion: 4,
    clientId: `${id}|securemode=3,signmethod=hmacsha256|`,
    username: `${deviceName}&${productKey}`,
    password: createHmac('sha256', secret).update(`clientId${id}deviceName${deviceName}productKey${productKey}`).digest('hex'),
  });

  function send(topic, params) {
    messageId += 1;
    client.publish(topic, JSON.stringify({ id: String(messageId), params }));
  }

  const inform = () => send(`/ota/device/inform/${self}`, { version });
  const progress = (step, desc = '') => send(`/ota/device/progress/${self}`, { step: String(step), desc });

  async function upgrade({ url: file, size, sign, signMethod, version: target }) {
    console.log(`${deviceName} is asked to go from ${version} to ${target}`);
    if (target === version) return inform();
    progress(0);
    const response = await fetch(file);
    if (!response.ok) return progress(-2, `HTTP ${response.status}`);
    const hash = createHash(signMethod === 'SHA256' ? 'sha256' : 'md5');
    let bytes = 0;
    let shown = 0;
    for await (const chunk of response.body) {
      hash.update(chunk);
      bytes += chunk.length;
      const percent = Math.floor((bytes / size) * 100);
      if (percent < shown + 10) continue;
      shown = percent;
      progress(percent);
    }
    if (hash.digest('hex') !== sign) return progress(-3, 'the digest differs');
    if (faulty) return progress(-4, 'no room in the second slot');
    // A real device writes its flash and restarts here; what counts afterwards is the version it reports.
    version = target;
    inform();
    console.log(`${deviceName} runs ${version}`);
  }

  client.on('connect', () => {
    console.log(`${deviceName} is on-line with ${version}`);
    inform();
  });
  client.on('message', (topic, payload) => {
    // A notification is repeated until the device reacts, and when it connects again.
    if (topic !== `/ota/device/upgrade/${self}` || busy) return;
    busy = true;
    upgrade(JSON.parse(payload).data)
      .catch((error) => progress(-2, error.message))
      .finally(() => {
        busy = false;
      });
  });
  client.on('error', (error) => {
    // CONNACK 4 and 5: the name or the secret is not right.
    const hint = error.code === 4 || error.code === 5 ? refused : `Is Updraft running, and is MQTT_URL (${url}) where it listens?`;
    console.error(`${deviceName}: ${error.message || error.code}. ${hint}`);
    process.exitCode = 1;
    client.end();
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  helpIfAsked(USAGE);
  const args = process.argv.slice(2);
  const [productKey, deviceName] = args.splice(0, 2);
  // As it was once: PRODUCT_KEY DEVICE_NAME SECRET [VERSION] [MQTT_URL].
  const secret = process.env.SECRET || args.shift();
  const [version = '1.0.0', url] = args;
  if (!deviceName || !secret) fail(USAGE);
  startDevice({ productKey, deviceName, secret, version, url: mqttAddress(url) });
}
