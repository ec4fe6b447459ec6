import type { Machine } from '../machine';
import { alignedTable } from '../table';
import type { Rate } from './measure';

export interface Measured {
  version: string;
  connect: Rate;
  shed: number;
  bytesEach: number;
  notifications: Rate;
  messages: Rate;
  dropped: number;
}

export interface MqttResult {
  benchmark: 'mqtt';
  machine: Machine;
  devices: number;
  updraft: Measured;
  mosquitto: Measured | null;
}

const AIMS = { connectsPerSecond: 500, bytesEach: 20_000, notificationsPerSecond: 1_000 };

export function reportText({ machine, devices, updraft, mosquitto }: MqttResult): string {
  const row = (name: string, of: (measured: Measured) => string, aim: string, met: boolean | null): string[] => [
    name,
    of(updraft),
    mosquitto === null ? '–' : of(mosquitto),
    aim,
    met === null ? '' : met ? 'met' : 'not met',
  ];
  const rate = (value: Rate): string =>
    `${value.perSecond.toFixed(0)}${value.reached < value.count ? ` (${value.reached} of ${value.count})` : ''}`;
  const each = (value: Rate): string => value.cpuMsEach.toFixed(3);
  return [
    `${devices} devices on ${machine.cores} × ${machine.cpu}, node ${machine.node}, load before ${machine.loadBefore.toFixed(1)}`,
    '',
    alignedTable([
      ['', 'updraft', mosquitto === null ? 'mosquitto: none' : `mosquitto ${mosquitto.version}`, 'aim', ''],
      row('connects/s', ({ connect }) => rate(connect), '≥ 500', updraft.connect.perSecond >= AIMS.connectsPerSecond),
      row('  ms of CPU each', ({ connect }) => each(connect), '', null),
      row('  told to come again', ({ shed }) => String(shed), '', null),
      row('KB a connected idle device', ({ bytesEach }) => (bytesEach / 1_000).toFixed(1), '≤ 20', updraft.bytesEach <= AIMS.bytesEach),
      row('notifications/s', (m) => rate(m.notifications), '≥ 1000', updraft.notifications.perSecond >= AIMS.notificationsPerSecond),
      row('  ms of CPU each', (m) => each(m.notifications), '', null),
      row('messages in/s', ({ messages }) => rate(messages), '', null),
      row('  ms of CPU each', ({ messages }) => each(messages), '', null),
    ]),
  ].join('\n');
}

/** What makes the benchmark fail: something got lost. How fast it is depends on the machine. */
export function problemsOf({ updraft }: MqttResult): string[] {
  const parts: [string, Rate][] = [
    ['devices were connected', updraft.connect],
    ['notifications arrived', updraft.notifications],
    ['messages arrived', updraft.messages],
  ];
  const lost = parts.flatMap(([what, { reached, count }]) => (reached < count ? [`${reached} of ${count} ${what} within a minute`] : []));
  return updraft.dropped === 0 ? lost : [...lost, `${updraft.dropped} messages were dropped`];
}
