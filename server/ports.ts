import { createSocket } from 'node:dgram';
import { createServer, isIPv6 } from 'node:net';
import { addressesOf } from '../gateways/coap/addresses';
import type { Config } from './config';
import { portTaken, StartError } from './embedded/start-error';

/** Where this process is to listen, and the setting that says so. */
export interface OwnPort {
  setting: string;
  host: string;
  port: number;
  transport: 'TCP' | 'UDP';
  /** Of a server that Updraft starts: it may still be ending, and who starts it waits for that. */
  embedded: boolean;
}

const LOOPBACK = '127.0.0.1';
const EVERYWHERE: readonly string[] = ['0.0.0.0', '::'];

/** Those that are given; free ones are found when they are taken. */
function ownPorts(config: Config): OwnPort[] {
  const { host, roles, broker, embedded } = config;
  const api = roles.includes('api');
  const gateway = roles.includes('gateway');
  const own = gateway && !broker;
  const all: [setting: string, port: number | null | undefined | false, host: string][] = [
    ['UPDRAFT_HTTP_PORT', api && config.httpPort, host],
    ['UPDRAFT_MQTT_PORT', own && config.mqttPort, host],
    ['UPDRAFT_MQTTS_PORT', own && config.mqttsPort, host],
    ['UPDRAFT_MQTT_WS_PORT', own && config.mqttWsPort, host],
    ['UPDRAFT_MQTT_HOOK_PORT', gateway && broker?.hook?.port, host],
    ['UPDRAFT_COAP_PORT', gateway && config.coapPort, host],
    ['UPDRAFT_COAPS_PORT', gateway && config.coapsPort, host],
    ['UPDRAFT_METRICS_PORT', config.metricsPort, LOOPBACK],
    ['UPDRAFT_MONGO_PORT', !config.mongodbUri && embedded.mongoPort, LOOPBACK],
    ['UPDRAFT_TEMPORAL_PORT', !config.temporalAddress && embedded.temporalPort, LOOPBACK],
    ['UPDRAFT_TEMPORAL_UI_PORT', !config.temporalAddress && embedded.temporalUiPort, LOOPBACK],
  ];
  return all.flatMap(([setting, port, on]) => (port ? [{ setting, port, host: on, ...kindOf(setting) }] : []));
}

const kindOf = (setting: string): Pick<OwnPort, 'transport' | 'embedded'> => ({
  transport: /^UPDRAFT_COAPS?_/.test(setting) ? 'UDP' : 'TCP',
  embedded: setting.startsWith('UPDRAFT_MONGO') || setting.startsWith('UPDRAFT_TEMPORAL'),
});

/** Says that a port cannot be had before anything is started that takes time. Between this look and the listening it may go all the same. */
export async function checkPorts(config: Config): Promise<void> {
  const ports = ownPorts(config);
  for (const [index, one] of ports.entries()) {
    const other = ports
      .slice(0, index)
      .find(({ port, host, transport }) => port === one.port && transport === one.transport && overlap(host, one.host));
    if (other)
      throw new StartError(`${other.setting} and ${one.setting} are both ${one.port}. Choose another for one of them: ${one.setting}.`);
  }
  for (const one of ports.filter(({ embedded }) => !embedded))
    await tryOut(one).catch((error) => {
      throw portProblem(error, config) ?? error;
    });
}

const overlap = (one: string, other: string): boolean => one === other || EVERYWHERE.includes(one) || EVERYWHERE.includes(other);

async function tryOut({ host, port, transport }: OwnPort): Promise<void> {
  if (transport === 'TCP') return tryOutTcp(host, port);
  for (const address of await addressesOf(host)) await tryOutUdp(address, port);
}

function tryOutUdp(address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const isV6 = isIPv6(address);
    // An error with IPv4.
    const socket = createSocket({ type: isV6 ? 'udp6' : 'udp4', ipv6Only: isV6 });
    socket.once('error', reject);
    socket.bind({ port, address, exclusive: true }, () => socket.close(() => resolve()));
  });
}

function tryOutTcp(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve()));
  });
}

/** What to do about an error of `listen`; null for any other. */
export function portProblem(error: unknown, config: Config): StartError | null {
  const { code, port, syscall } = (error ?? {}) as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRNOTAVAIL' || (code === 'ENOTFOUND' && syscall === 'getaddrinfo'))
    return new StartError(`UPDRAFT_HOST=${config.host} is no address of this machine. Give one that is, or 0.0.0.0 for all.`);
  if (code !== 'EADDRINUSE' && code !== 'EACCES') return null;
  const transport = syscall === 'bind' ? 'UDP' : 'TCP';
  const setting = ownPorts(config).find((one) => one.port === port && one.transport === transport)?.setting;
  if (setting === undefined || port === undefined) return null;
  return code === 'EACCES' ? portTaken(port, setting, 'may not be used by this user') : portTaken(port, setting);
}
