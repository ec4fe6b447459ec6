import type { Machine } from '../machine';
import { alignedTable } from '../table';
import { type HttpMeasure, LOADS, type Load, loadText } from './http-part';
import type { MqttMeasure } from './mqtt-part';
import { NGINX_MISSING } from './nginx';

export interface DownloadsResult {
  benchmark: 'downloads';
  machine: Machine;
  /** Null: there was none to compare with. */
  nginx: string | null;
  fileBytes: number;
  http: HttpMeasure[];
  mqtt: MqttMeasure[];
}

const MEBIBYTE = 1024 * 1024;
/** R-DL-6: the bytes the process may grow by. */
const MOST_GROWTH = 100 * 1e6;
/** Of nginx's throughput, that ours should reach. */
const AIM = 0.5;

export function reportText({ machine, nginx, fileBytes, http, mqtt }: DownloadsResult): string {
  const head = ['', 'MB/s', 'nginx MB/s', 'ratio', `aim ${AIM}`, 'updraft s/GB', 'mongod s/GB', 'nginx s/GB', 'RSS + MB'];
  const rows = LOADS.map((load) => row(http, load));
  return [
    `downloads of ${fileBytes / MEBIBYTE} MiB, ${machine.cores} cores (${machine.cpu}), load before ${machine.loadBefore.toFixed(1)}, Node ${machine.node}`,
    nginx ?? NGINX_MISSING,
    '',
    alignedTable([head, ...rows]),
    '',
    alignedTable([
      ['over MQTT', 'blocks/s', 'MB/s', 'updraft ms/block', 'unanswered'],
      ...mqtt.map(({ devices, blockBytes, blocksPerSecond, megabytesPerSecond, cpuMsPerBlock, lost }) => [
        `${devices} devices, ${blockBytes / 1024} KiB`,
        blocksPerSecond.toFixed(0),
        megabytesPerSecond.toFixed(1),
        cpuMsPerBlock.toFixed(2),
        String(lost),
      ]),
    ]),
  ].join('\n');
}

function row(http: readonly HttpMeasure[], load: Load): string[] {
  const of = (server: HttpMeasure['server']) => http.find((each) => each.server === server && loadText(each) === loadText(load));
  const ours = of('updraft');
  const theirs = of('nginx');
  const ratio = ours && theirs && ours.megabytesPerSecond / theirs.megabytesPerSecond;
  const shown = (value: number | undefined, digits: number): string => (value === undefined ? '–' : value.toFixed(digits));
  return [
    loadText(load),
    shown(ours?.megabytesPerSecond, 0),
    shown(theirs?.megabytesPerSecond, 0),
    shown(ratio, 2),
    ratio === undefined ? '–' : ratio >= AIM ? 'met' : 'not met',
    shown(ours?.cpuPerGB.updraft, 2),
    shown(ours?.cpuPerGB.mongod, 2),
    shown(theirs?.cpuPerGB.nginx, 2),
    shown(ours && ours.rssGrowthBytes / 1e6, 0),
  ];
}

/** What makes the benchmark fail: R-DL-6 and unanswered blocks; how fast it is depends on the machine. */
export function problemsOf({ http, mqtt }: DownloadsResult): string[] {
  const most = Math.max(...http.filter(({ server }) => server === 'updraft').map(({ rssGrowthBytes }) => rssGrowthBytes));
  const problems =
    most < MOST_GROWTH ? [] : [`R-DL-6: the process grew by ${Math.round(most / 1e6)} MB; it may by less than ${MOST_GROWTH / 1e6} MB`];
  const lost = mqtt.reduce((sum, each) => sum + each.lost, 0);
  return lost === 0 ? problems : [...problems, `R-DL-3: ${lost} blocks were not answered`];
}
