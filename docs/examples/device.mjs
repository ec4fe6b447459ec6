// node docs/examples/device.mjs PRODUCT_KEY DEVICE_NAME SECRET [VERSION] [MQTT_URL]: a device of the Link dialect in some seventy lines.
// It signs in, reports its version, and when it is notified downloads the file, checks it and "installs" it. Ctrl-C ends it.
import { createHash, createHmac } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import mqtt from 'mqtt';

/** A faulty one downloads and then cannot install. */
export function startDevice({ productKey, deviceName, secret, version, url, faulty = false }) {
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
    console.error(error.message);
    process.exitCode = 1;
    client.end();
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [productKey, deviceName, secret, version = '1.0.0', url = 'mqtt://127.0.0.1:1883'] = process.argv.slice(2);
  startDevice({ productKey, deviceName, secret, version, url });
}
