import type { DeviceEventKind, DeviceObserver } from './device-events';
import { createFleet, type DeviceDescription, type Fleet } from './fleet';
import type { FleetAnswers, FleetCommand, FleetMessage, FleetProcessStats, FleetReport, NumberedCommand } from './fleet-messages';
import type { DtlsOf } from './lwm2m/line/dtls-line';

/** Entry of a child process (child_process.fork) that holds a fleet and does what its parent says over IPC. */
const REPORT_EVERY_MS = 100;
const REPORTS_IN_A_MESSAGE = 2_000;
const REPORTS_WAITING = 200_000;

const devices: DeviceDescription[] = [];
let fleet: Fleet | null = null;
const reports: FleetReport[] = [];
let reportsDropped = 0;

function send(message: FleetMessage): void {
  if (process.connected) process.send?.(message);
}

function sendReports(): void {
  while (reports.length > 0) send({ kind: 'reports', reports: reports.splice(0, REPORTS_IN_A_MESSAGE) });
}

function observing(reported: readonly DeviceEventKind[]): DeviceObserver {
  const wanted = new Set(reported);
  return (deviceName, kind, event) => {
    if (!wanted.has(kind)) return;
    if (reports.length >= REPORTS_WAITING) reportsDropped += 1;
    else reports.push([deviceName, kind, event.at, subjectOf(event)]);
  };
}

function subjectOf(event: object): string | number | null {
  if ('step' in event) return event.step as number;
  if ('version' in event) return event.version as string;
  if ('message' in event) return event.message as string;
  return 'offer' in event ? (event.offer as { version: string }).version : null;
}

function running(): Fleet {
  if (!fleet) throw new Error('the fleet has not been started');
  return fleet;
}

function stats(): FleetProcessStats {
  const { user, system } = process.cpuUsage();
  const rssBytes = process.memoryUsage.rss();
  return { ...running().stats(), pid: process.pid, rssBytes, cpuMs: (user + system) / 1_000, reportsDropped };
}

/** Whose DTLS it is, only who starts this process knows. */
async function dtlsOf(module: string | null): Promise<DtlsOf | undefined> {
  return module === null ? undefined : (await import(module)).createDtlsClient;
}

async function obey(command: FleetCommand): Promise<FleetAnswers[keyof FleetAnswers]> {
  switch (command.kind) {
    case 'devices':
      devices.push(...command.devices);
      return null;
    case 'start':
      if (fleet) throw new Error('the fleet has been started already');
      fleet = createFleet({ ...command.settings, devices }, observing(command.reported), await dtlsOf(command.dtlsModule));
      return fleet.start();
    case 'comeOnline':
      await running().comeOnline(command.deviceNames ?? undefined);
      return null;
    case 'stats':
      return stats();
    case 'counts':
      return running().any(command.deviceName).counts;
    case 'stop':
      await fleet?.stop();
      return null;
  }
}

async function answer({ id, ...command }: NumberedCommand): Promise<void> {
  try {
    const value = await obey(command as FleetCommand);
    // What was reported before the answer arrives before it.
    sendReports();
    send({ kind: 'answer', id, value });
  } catch (error) {
    send({ kind: 'failed', id, message: error instanceof Error ? error.message : String(error) });
  }
  if (command.kind === 'stop') process.disconnect();
}

setInterval(sendReports, REPORT_EVERY_MS);
process.on('message', (command: NumberedCommand) => void answer(command));
// The parent went, by whatever way: nobody would end the fleet otherwise.
process.on('disconnect', () => process.exit(0));
// An interrupt at the terminal reaches the whole group; the parent decides when its fleet goes.
process.on('SIGINT', () => undefined);
