import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../server/embedded/free-port';
import { type GuardedChild, spawnGuarded } from '../../server/embedded/guarded-child';
import { canHaveProgram, debianProgram } from './debian-program';

/** An account, with lines of Mosquitto's ACL file that are about it. */
export interface MosquittoUser {
  username: string;
  password: string;
  acl?: string[];
}

export interface Mosquitto {
  url: string;
  /** Starts it with these accounts besides the gateways'; the port stays the same. */
  start(users: readonly MosquittoUser[]): Promise<void>;
  /** kill -9; settles when it is gone. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** The gateways' account. */
export const GATEWAYS = { username: 'updraft', password: 'gateway-password' };

const GATEWAY_ACL = [
  'topic read /ota/device/inform/#',
  'topic read /ota/device/progress/#',
  'topic read /ota/device/request/#',
  'topic read /sys/+/+/thing/ota/firmware/get',
  'topic read /sys/+/+/thing/file/download',
  'topic read $oc/devices/+/sys/events/up',
  'topic write /ota/device/upgrade/#',
  'topic write /sys/+/+/thing/ota/firmware/get_reply',
  'topic write /sys/+/+/thing/file/download_reply',
  'topic write $oc/devices/+/sys/events/down',
  'topic readwrite updraft/gateways/#',
];
export const MOSQUITTO = { name: 'mosquitto', package: 'mosquitto', variable: 'UPDRAFT_TEST_MOSQUITTO' };
const NEEDED = `It needs Mosquitto 2, or its path in ${MOSQUITTO.variable}.`;

/** What a Link device may do: its user name is not a level of its topics, so each device has lines of its own. */
export const linkAcl = (productKey: string, deviceName: string): string[] => [
  `topic write /ota/device/inform/${productKey}/${deviceName}`,
  `topic write /ota/device/progress/${productKey}/${deviceName}`,
  `topic write /ota/device/request/${productKey}/${deviceName}`,
  `topic read /ota/device/upgrade/${productKey}/${deviceName}`,
  `topic readwrite /sys/${productKey}/${deviceName}/#`,
];

/** A real Mosquitto on loopback that lets nobody in without a password, and each device to its own topics only. Throws without one. */
export async function prepareMosquitto(env: NodeJS.ProcessEnv = process.env): Promise<Mosquitto> {
  const program = await debianProgram(MOSQUITTO, env);
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'updraft-mosquitto-'));
  const file = (name: string): string => join(directory, name);
  let child: GuardedChild | null = null;
  return {
    url: `mqtt://127.0.0.1:${port}`,
    async start(users) {
      const accounts = [{ ...GATEWAYS, acl: GATEWAY_ACL }, ...users];
      writeFileSync(file('passwords'), accounts.map(passwordLine).join(''), { mode: 0o600 });
      writeFileSync(file('acl'), aclOf(accounts), { mode: 0o600 });
      const settings = [
        `listener ${port} 127.0.0.1`,
        'allow_anonymous false',
        `password_file ${file('passwords')}`,
        `acl_file ${file('acl')}`,
      ];
      writeFileSync(
        file('mosquitto.conf'),
        `${[...settings, `user ${userInfo().username}`, 'persistence false', 'log_dest stderr'].join('\n')}\n`,
      );
      child = await spawnGuarded(program.path, ['-c', file('mosquitto.conf')], program.env, file('log'));
      let ended = false;
      void child.exited.then(() => {
        ended = true;
      });
      while (!ended && !(await answers(port))) await delay(20);
      if (ended) throw new Error(`Mosquitto did not start:\n${readFileSync(file('log'), 'utf8')}`);
    },
    async kill() {
      child?.kill('SIGKILL');
      await child?.exited;
    },
    async stop() {
      child?.kill('SIGKILL');
      await child?.exited;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** `describe`, or where Mosquitto can't be had: a line that says what stays unproven, and nothing run. */
export function describeWithMosquitto(what: string): typeof describe | typeof describe.skip {
  if (canHaveProgram(MOSQUITTO, process.env)) return describe;
  console.warn(`NOT PROVEN here: ${what}. ${NEEDED}`);
  return describe.skip;
}

/** As mosquitto_passwd writes it: PBKDF2 with SHA-512. */
function passwordLine({ username, password }: MosquittoUser): string {
  const salt = randomBytes(12);
  const hash = pbkdf2Sync(password, salt, 101, 64, 'sha512');
  return `${username}:$7$101$${salt.toString('base64')}$${hash.toString('base64')}\n`;
}

/** IoTDA devices by one pattern for all: their user name is a level of their topics. */
function aclOf(users: readonly MosquittoUser[]): string {
  const own = users.flatMap(({ username, acl = [] }) => (acl.length > 0 ? [`user ${username}`, ...acl, ''] : []));
  return `${[...own, 'pattern write $oc/devices/%u/sys/events/up', 'pattern read $oc/devices/%u/sys/events/down'].join('\n')}\n`;
}

async function answers(port: number): Promise<boolean> {
  const socket = createConnection(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
