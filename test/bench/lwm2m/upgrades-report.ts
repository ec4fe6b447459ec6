import type { Quantiles } from '../statistics';
import { alignedTable } from '../table';
import { type Burst, cpuMsEach } from '../upgrades/burst';
import { type FirstRequestMeasure, UPDATES_PER_SECOND } from './first-request-part';
import type { UpgradesMeasure } from './upgrades-part';

const AIMS = {
  activities: 0,
  signals: 2,
  events: 12,
  eventsAFiredTimer: 6,
  /** Of a Link upgrade's. */
  cpu: 1.5,
  firstRequestMs: 1_000,
};

/** Of the Updates that are meant to come: the load is the one that was aimed at. */
const NEARLY = 0.95;

const judged = (met: boolean): string => (met ? 'met' : 'not met');
const one = (value: number): string => value.toFixed(1);

/** What each timer that fires adds to a history. Null: none has. */
export function eventsAFiredTimer({ lwm2m, slow }: Pick<UpgradesMeasure, 'lwm2m' | 'slow'>): number | null {
  const fired = slow.fired - lwm2m.history.fired;
  return fired > 0 ? (slow.events - lwm2m.history.events) / fired : null;
}

export function upgradesText(measure: UpgradesMeasure): string {
  const { devices, link, lwm2m, inCells } = measure;
  const costs = [
    ['Link', link],
    ['LwM2M', lwm2m],
    ['LwM2M in radio cells', inCells],
  ] as const;
  return [
    `${devices} upgrades each; nothing downloaded`,
    alignedTable([
      ['', 'a second', 'ms of CPU each', 'of Link', 'aim', '', 'Updraft', 'engine', 'mongod', 'others used'],
      ...costs.map(([name, burst]) => costRow(name, burst, burst === link ? null : cpuMsEach(burst) / cpuMsEach(link))),
    ]),
    `MongoDB commands of an LwM2M upgrade: ${commandsText(lwm2m)}; in radio cells: ${commandsText(inCells)}`,
    '',
    alignedTable([['an LwM2M upgrade without retry', 'measured', 'aim', '', 'Link'], ...engineRows(measure)]),
  ].join('\n');
}

function costRow(name: string, { perSecond, cpuMs, othersPercent, ...burst }: Burst, ofLink: number | null): string[] {
  const aim = ofLink === null ? ['', '', ''] : [ofLink.toFixed(2), `≤ ${AIMS.cpu}`, judged(ofLink <= AIMS.cpu)];
  const parts = [cpuMs.updraft, cpuMs.engine, cpuMs.mongod].map(one);
  return [name, one(perSecond), one(cpuMsEach({ cpuMs, ...burst })), ...aim, ...parts, `${othersPercent.toFixed(0)} %`];
}

function engineRows(measure: UpgradesMeasure): string[][] {
  const { history } = measure.lwm2m;
  const beside = measure.link.history;
  const row = (what: 'activities' | 'signals' | 'events'): string[] => [
    what === 'events' ? 'history events' : what,
    ...[one(history[what]), `≤ ${AIMS[what]}`, judged(history[what] <= AIMS[what]), one(beside[what])],
  ];
  const each = eventsAFiredTimer(measure);
  const ofTimers =
    each === null
      ? ['–', `≤ ${AIMS.eventsAFiredTimer}`, '–']
      : [one(each), `≤ ${AIMS.eventsAFiredTimer}`, judged(each <= AIMS.eventsAFiredTimer)];
  return [
    ...[row('activities'), row('signals'), row('events')],
    [
      'local activities, workflow tasks',
      `${one(history.localActivities)}, ${one(history.workflowTasks)}`,
      '',
      '',
      `${one(beside.localActivities)}, ${one(beside.workflowTasks)}`,
    ],
    ['events for each timer that fires', ...ofTimers, ''],
  ];
}

const commandsText = ({ storeCommands }: Burst): string =>
  Object.entries(storeCommands)
    .slice(0, 5)
    .map(([name, each]) => `${name} ${each.toFixed(2)}`)
    .join(', ');

export function firstRequestRows(measure: FirstRequestMeasure): string[][] {
  const { registeringMs, wakingMs, updatesPerSecond, cpuPercent, othersPercent } = measure;
  const row = (name: string, ms: Quantiles | null): string[] => [
    `  ms from its ${name} to the first request (${ms?.count ?? 0}): p50, p95, most`,
    [ms?.p50, ms?.p95, ms?.max].map((value) => value?.toFixed(0) ?? '–').join(', '),
    `p95 ≤ ${AIMS.firstRequestMs}`,
    judged(ms !== null && ms.p95 <= AIMS.firstRequestMs),
  ];
  return [
    [
      'a device that comes while others update: Updates a second',
      `${updatesPerSecond.toFixed(0)} (Updraft ${cpuPercent.toFixed(0)} % of a core, others ${othersPercent.toFixed(0)} %)`,
      `${UPDATES_PER_SECOND}`,
      judged(updatesPerSecond >= NEARLY * UPDATES_PER_SECOND),
    ],
    row('Register', registeringMs),
    row('Update', wakingMs),
  ];
}

/** Tasks that did not succeed. */
export const lostUpgrades = ({ link, lwm2m, inCells }: UpgradesMeasure): string[] =>
  Object.entries({ link, lwm2m, inCells }).flatMap(([kind, { tasks }]) =>
    Object.entries(tasks).flatMap(([status, count]) => (status === 'SUCCEEDED' ? [] : [`${count} upgrades (${kind}) ended ${status}.`])),
  );

/** What the engine is asked for, which no machine makes better or worse. */
export function overspent(measure: UpgradesMeasure): string[] {
  const { history } = measure.lwm2m;
  const each = eventsAFiredTimer(measure) ?? 0;
  return [
    ...(['activities', 'signals', 'events'] as const).flatMap((what) =>
      history[what] > AIMS[what]
        ? [`An LwM2M upgrade has ${one(history[what])} ${what} in its history: at most ${AIMS[what]} are allowed.`]
        : [],
    ),
    ...(each > AIMS.eventsAFiredTimer
      ? [`A timer that fires adds ${one(each)} events: at most ${AIMS.eventsAFiredTimer} are allowed.`]
      : []),
  ];
}
