import { startFleetProcess } from '../support/devices/fleet-client';

/**
 * What virtual devices cost: `node dist/test/bench/fleet-footprint.js [devices] [mqttUrl]`, against any broker that accepts everybody
 * (default 5,000 at mqtt://127.0.0.1:1883). Prints memory and connect CPU per device, beyond the bare process.
 */
async function main(count: number, mqttUrl: string): Promise<void> {
  const idle = await startFleetProcess({ mqttUrl, devices: [] });
  const base = await idle.stats();
  await idle.stop();
  const devices = Array.from({ length: count }, (_, n) => ({
    productKey: 'footprint',
    deviceName: `device-${n}`,
    secret: '0123456789abcdef0123456789abcdef',
    version: '1.0.0',
  }));
  const fleet = await startFleetProcess({ mqttUrl, devices, concurrency: 64 });
  const stats = await fleet.stats();
  await fleet.stop();
  const each = {
    kilobytes: (stats.rssBytes - base.rssBytes) / 1024 / count,
    connectCpuMs: (stats.cpuMs - base.cpuMs) / count,
  };
  console.log(JSON.stringify({ devices: count, connected: stats.connected, each }));
}

void main(Number(process.argv[2] ?? 5_000), process.argv[3] ?? 'mqtt://127.0.0.1:1883');
