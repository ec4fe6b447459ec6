import type { Machine } from '../machine';
import { alignedTable } from '../table';
import { type BlockMeasure, loadText } from './downloads-part';
import type { FirstRequestMeasure } from './first-request-part';
import type { FleetMeasure, Rate } from './fleet-part';
import type { HellosMeasure } from './hellos-part';
import type { MemoryMeasure } from './memory-part';
import { PUSHES } from './pushes';
import type { UpgradesMeasure } from './upgrades-part';
import { firstRequestRows, lostUpgrades, overspent, upgradesText } from './upgrades-report';

export interface DownloadFigures {
  /** Whether there was one to compare with. */
  libcoap: boolean;
  fileBytes: number;
  blocks: BlockMeasure[];
}

export interface Lwm2mResult {
  benchmark: 'lwm2m';
  machine: Machine;
  devices: number;
  /** Null, as the others: the part was not run, or for these two there was no client. */
  downloads: DownloadFigures | null;
  memory: MemoryMeasure | null;
  /** Plain, and over DTLS. */
  fleets: FleetMeasure[];
  hellos: HellosMeasure | null;
  firstRequest: FirstRequestMeasure | null;
  upgrades: UpgradesMeasure | null;
}

const AIMS = {
  /** Of libcoap's. */
  plain: 0.6,
  secure: 0.3,
  plainBytes: 25_000,
  secureBytes: 40_000,
  downloadsBytes: 50e6,
  handshakes: 1_000,
  registrations: 400,
  updates: 2_000,
  realClientMs: 50,
};
/** Fewer don't fill the machine, and with more the clients do. */
const THROUGHPUT_JUDGED_AT = 50;
const MEBIBYTE = 1024 * 1024;
const judged = (met: boolean): string => (met ? 'met' : 'not met');

export function reportText(result: Lwm2mResult): string {
  const { machine, devices, downloads, fleets, upgrades } = result;
  const measured = measuredRows(result);
  return [
    `${machine.cores} × ${machine.cpu}, node ${machine.node}, load before ${machine.loadBefore.toFixed(1)}`,
    ...(downloads === null ? [] : ['', ...downloadRows(downloads)]),
    ...(fleets.length === 0 ? [] : ['', `a fleet of ${devices}`, fleetTable(fleets)]),
    ...(measured.length === 0 ? [] : ['', alignedTable([['', 'measured', 'aim', ''], ...measured])]),
    ...(upgrades === null ? [] : ['', upgradesText(upgrades)]),
  ].join('\n');
}

const fleetTable = (fleets: readonly FleetMeasure[]): string =>
  alignedTable([
    ['', 'each second', 'aim', '', 'ms of CPU each', 'of mongod', 'others used'],
    ...fleets.flatMap(({ secure, handshakes, registrations, updates }) => [
      ...(handshakes ? [rateRow('handshakes', handshakes, AIMS.handshakes)] : []),
      rateRow(`registrations, ${secure ? 'DTLS' : 'plain'}`, registrations, AIMS.registrations),
      rateRow(`Updates, ${secure ? 'DTLS' : 'plain'}`, updates, AIMS.updates),
    ]),
  ]);

const measuredRows = ({ memory, fleets, hellos, firstRequest }: Lwm2mResult): string[][] => [
  ...fleets.map(({ secure, bytesEach }) => {
    const most = secure ? AIMS.secureBytes : AIMS.plainBytes;
    return [
      `KB a registered idle device, ${secure ? 'DTLS' : 'plain'}`,
      kilobytes(bytesEach),
      `≤ ${kilobytes(most)}`,
      judged(bytesEach <= most),
    ];
  }),
  ...(memory === null ? [] : [memoryRow(memory)]),
  ...(hellos === null ? [] : helloRows(hellos)),
  ...(firstRequest === null ? [] : firstRequestRows(firstRequest)),
];

function downloadRows({ libcoap, fileBytes, blocks }: DownloadFigures): string[] {
  const head = [
    '',
    'blocks/s',
    'libcoap',
    'ratio',
    '',
    'µs of CPU each',
    'libcoap',
    'ratio',
    'aim',
    '',
    'mongod',
    'clients',
    'others used',
  ];
  const ours = blocks.filter(({ server }) => server === 'updraft');
  const rows = ours.map((measure) => {
    const theirs = blocks.find((each) => each.server === 'libcoap' && loadText(each) === loadText(measure));
    const shown = (value: number | undefined, digits: number): string => (value === undefined ? '–' : value.toFixed(digits));
    const aim = measure.secure ? AIMS.secure : AIMS.plain;
    const ratios = theirs && ratiosOf(measure, theirs);
    const others = [measure, ...(theirs ? [theirs] : [])].map(({ othersPercent }) => `${othersPercent.toFixed(0)} %`);
    return [
      loadText(measure),
      ...[shown(measure.blocksPerSecond, 0), shown(theirs?.blocksPerSecond, 0), shown(ratios?.throughput, 2)],
      ratios && measure.devices === THROUGHPUT_JUDGED_AT ? judged(ratios.throughput >= aim) : '',
      ...[shown(measure.cpuMicrosEach, 1), shown(theirs?.cpuMicrosEach, 1), shown(ratios?.cpu, 2)],
      `≥ ${aim}`,
      ratios ? judged(ratios.cpu >= aim) : '–',
      ...[shown(measure.storeCpuMicrosEach, 1), shown(measure.clientCpuMicrosEach, 1), others.join(', ')],
    ];
  });
  const again = blocks
    .filter(({ repeated }) => repeated > 0)
    .map((measure) => `${measure.server}, ${loadText(measure)}: ${measure.repeated}`);
  const repeated = again.length > 0 ? [`downloads that clients had to begin again: ${again.join('; ')}`] : [];
  const beside = libcoap ? 'beside coap-server-openssl' : 'with nobody beside';
  return [`downloads of ${fileBytes / MEBIBYTE} MiB in blocks of 1 KiB, ${beside}`, alignedTable([head, ...rows]), ...repeated];
}

/** How far ours is from theirs: 1 as good. By CPU, less is better. */
const ratiosOf = (ours: BlockMeasure, theirs: BlockMeasure): { throughput: number; cpu: number } => ({
  throughput: ours.blocksPerSecond / theirs.blocksPerSecond,
  cpu: theirs.cpuMicrosEach / ours.cpuMicrosEach,
});

function rateRow(name: string, rate: Rate, aim: number): string[] {
  const { perSecond, reached, count, cpuMsEach, storeCpuMsEach, othersPercent } = rate;
  const all = reached < count ? ` (${reached} of ${count})` : '';
  return [
    ...[name, `${perSecond.toFixed(0)}${all}`, `≥ ${aim}`, judged(perSecond >= aim)],
    ...[cpuMsEach.toFixed(3), storeCpuMsEach.toFixed(3), `${othersPercent.toFixed(0)} %`],
  ];
}

const kilobytes = (bytes: number): string => (bytes / 1_000).toFixed(1);

function memoryRow({ downloads, pushes, fileBytes, grownBytes, seconds, blocksPushed, liveBytes }: MemoryMeasure): string[] {
  const name = `MB that ${downloads} downloads and ${pushes} pushes of ${fileBytes / MEBIBYTE} MiB add`;
  const during = `  in ${seconds.toFixed(0)} s, ${blocksPushed} blocks pushed; garbage collected: ${(liveBytes / 1e6).toFixed(0)} MB`;
  return [name + during, (grownBytes / 1e6).toFixed(0), `≤ ${AIMS.downloadsBytes / 1e6}`, judged(grownBytes <= AIMS.downloadsBytes)];
}

function helloRows({ hellos, perSecond, cpuMicrosEach, realClientMs, calmClientMs, halfOpen, memoryBytes }: HellosMeasure): string[][] {
  const [most, calm] = [realClientMs?.max ?? Number.NaN, calmClientMs?.max ?? Number.NaN];
  return [
    [`spoofed hellos (${hellos}): a second; µs of CPU each`, `${perSecond.toFixed(0)}; ${cpuMicrosEach.toFixed(1)}`, '', ''],
    ['  half-open handshakes, bytes of memory left behind', `${halfOpen}, ${memoryBytes}`, '0', judged(halfOpen === 0)],
    [
      `  ms of ${realClientMs?.count ?? 0} real handshakes meanwhile: p50, p99, most`,
      `${[realClientMs?.p50, realClientMs?.p99, most].map((ms) => ms?.toFixed(1)).join(', ')} (calm ${calm.toFixed(1)})`,
      `≤ ${AIMS.realClientMs}`,
      judged(most <= AIMS.realClientMs),
    ],
  ];
}

/** What makes the benchmark fail: something got lost or was kept. How fast it is depends on the machine. */
export function problemsOf({ downloads, memory, fleets, hellos, firstRequest, upgrades }: Lwm2mResult): string[] {
  const lost = fleets.flatMap(({ secure, handshakes, registrations, updates }) =>
    Object.entries({ handshakes, registrations, updates }).flatMap(([what, rate]) =>
      rate !== null && rate.reached < rate.count
        ? [`${rate.reached} of ${rate.count} ${what} ${secure ? 'over DTLS' : 'without DTLS'} succeeded: ${rate.failure ?? 'out of time'}`]
        : [],
    ),
  );
  const failed = (downloads?.blocks ?? []).flatMap((measure) =>
    measure.server === 'updraft' && measure.failures.length > 0
      ? [`${measure.server}, ${loadText(measure)}: ${measure.failures.length} downloads failed, the first with ${measure.failures[0]}`]
      : [],
  );
  return [
    ...lost,
    ...failed,
    ...(memory !== null && memory.grownBytes > AIMS.downloadsBytes ? ['Downloads and pushes at once have taken more than 50 MB.'] : []),
    ...(memory !== null && memory.failed > 0 ? [`${memory.failed} downloads ended early, the first with ${memory.failure}`] : []),
    ...(memory !== null && memory.pushes < PUSHES ? [`${memory.pushes} of ${PUSHES} pushes were under way.`] : []),
    ...(hellos === null || hellos.halfOpen === 0 ? [] : [`Spoofed hellos have left ${hellos.halfOpen} handshakes behind.`]),
    ...(firstRequest !== null && firstRequest.unasked > 0
      ? [`${firstRequest.unasked} devices that came were asked nothing: ${firstRequest.failure ?? 'they were registered'}.`]
      : []),
    ...(upgrades === null ? [] : [...lostUpgrades(upgrades), ...overspent(upgrades)]),
  ];
}
