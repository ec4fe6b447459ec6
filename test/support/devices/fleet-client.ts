import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { DeviceCounts, DeviceEventKind } from './device-events';
import type { FleetDescription, FleetStart } from './fleet';
import type { FleetAnswers, FleetCommand, FleetMessage, FleetProcessStats, FleetReport } from './fleet-messages';

export interface FleetProcess {
  readonly pid: number;
  readonly start: FleetStart;
  /** Settles with the exit code when the process has ended, null after a signal. */
  readonly exited: Promise<number | null>;
  stats(): Promise<FleetProcessStats>;
  /** What one device has counted. */
  counts(deviceName: string): Promise<DeviceCounts>;
  comeOnline(deviceNames?: readonly string[]): Promise<void>;
  /** Disconnects all devices and ends the process. */
  stop(): Promise<void>;
}

export interface FleetProcessOptions {
  /** Called with what the devices reported, in portions, each at most some 100 ms old. */
  onReports?(reports: FleetReport[]): void;
  /** Default `progress`, `version`, `notified` and `problem`. */
  reported?: readonly DeviceEventKind[];
  /** How long a command may take. Default 120,000. */
  answerMs?: number;
  /** Where LwM2M devices with keys have their DTLS from: a compiled module with `createDtlsClient`. */
  dtlsModule?: string;
  /** The compiled entry. */
  entry?: string;
  execArgv?: string[];
}

const PORTION = 500;

/** Starts a fleet in a process of its own, so that its CPU and memory are not the caller's. It ends when the caller does. */
export async function startFleetProcess(description: FleetDescription, options: FleetProcessOptions = {}): Promise<FleetProcess> {
  const { devices, ...settings } = description;
  const { reported = ['progress', 'version', 'notified', 'problem'], entry = compiledEntry(), execArgv = [], dtlsModule = null } = options;
  const { toolEnvironment } = await import('#setup/child-environment.mjs');
  const child = fork(entry, [], { execArgv, env: toolEnvironment(process.env), stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exited = new Promise<number | null>((settle) => child.once('exit', settle));
  const command = commander(child, options);
  try {
    for (let at = 0; at < devices.length; at += PORTION) await command({ kind: 'devices', devices: devices.slice(at, at + PORTION) });
    const start = await command({ kind: 'start', settings, reported, dtlsModule });
    return {
      pid: child.pid ?? 0,
      start,
      exited,
      stats: () => command({ kind: 'stats' }),
      counts: (deviceName) => command({ kind: 'counts', deviceName }),
      comeOnline: async (deviceNames) => void (await command({ kind: 'comeOnline', deviceNames: deviceNames ?? null })),
      stop: async () => {
        if (child.connected) await command({ kind: 'stop' });
        await exited;
      },
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

type Command = <C extends FleetCommand>(command: C) => Promise<FleetAnswers[C['kind']]>;

interface Waiting {
  settle(value: never): void;
  fail(error: Error): void;
}

function commander(child: ChildProcess, { onReports, answerMs = 120_000 }: FleetProcessOptions): Command {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  child.on('message', (message: FleetMessage) => {
    if (message.kind === 'reports') return onReports?.(message.reports);
    const one = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.kind === 'failed') one?.fail(new Error(message.message));
    else one?.settle(message.value as never);
  });
  const failAll = (error: Error) => {
    for (const one of waiting.values()) one.fail(error);
    waiting.clear();
  };
  child.on('exit', (code, signal) => failAll(new Error(`the fleet's process has ended (${signal ?? code})`)));
  child.on('error', failAll);
  return (command) =>
    new Promise((resolve, reject) => {
      lastId += 1;
      const id = lastId;
      const end = setTimeout(() => {
        waiting.delete(id);
        reject(new Error(`the fleet did not answer '${command.kind}' within ${answerMs} ms`));
      }, answerMs);
      const settled =
        <T>(then: (value: T) => void) =>
        (value: T) => {
          clearTimeout(end);
          then(value);
        };
      waiting.set(id, { settle: settled(resolve as (value: never) => void), fail: settled(reject) });
      if (child.connected) child.send({ ...command, id }, (error) => error && waiting.get(id)?.fail(error));
      else waiting.get(id)?.fail(new Error("the fleet's process has ended"));
    });
}

/** Beside this file when compiled; from sources (Jest) it is the last build's. */
function compiledEntry(): string {
  const beside = join(__dirname, 'fleet-process.js');
  return existsSync(beside) ? beside : resolve(__dirname, '../../../dist/test/support/devices/fleet-process.js');
}
