import { isDeepStrictEqual } from 'node:util';
import type { Task } from '../../schema/model/task/task';
import { slowness } from '../support/devices/patience';
import { iotdaRows } from '../support/misbehaviours/iotda-rows';
import { linkRows } from '../support/misbehaviours/link-rows';
import { type End, fleetOf } from '../support/misbehaviours/row';
import { ADMIN, startUpdraft, type Updraft } from '../support/updraft';

const EACH = 100;
/** A policy's minute: longer ones than a second, so that the waits below outlast what two hundred devices at once make of the machine. */
const MINUTE_MS = Math.round(2_400 * slowness());
/** Of those minutes. Nothing is waited for as long. */
const TIMEOUT_MINUTES = 200;
/** Time for two attempts that come to nothing. */
const POLICY = {
  rate: { kind: 'constant' as const, perMinute: 10_000 },
  timeoutMinutes: 54,
  retry: { intervalMinutes: 0, maxRetries: 1 },
};

describe('One batch over a hundred devices of each dialect', () => {
  let updraft: Updraft;
  beforeAll(async () => {
    updraft = await startUpdraft({
      UPDRAFT_MINUTE_MS: `${MINUTE_MS}`,
      UPDRAFT_IOTDA_ONLINE_MINUTES: '18',
      UPDRAFT_IOTDA_VERSION_MINUTES: '10',
      // Longer than a push that was cut off is made up for in, and short enough for two attempts.
      UPDRAFT_IOTDA_DOWNLOAD_MINUTES: '24',
      // A push whose process was cut off while it was under way is made up for within this time, as anywhere.
      UPDRAFT_REOFFER_MINUTES: '18',
      // Two hundred devices at once may keep a busy machine's gateway from its pushes: then it is taken for dead.
      UPDRAFT_MQTT_SESSION_CHECK_MS: '1000',
    });
  });
  afterAll(() => updraft.stop());

  const endOf = ({ status, cause, attempts }: Task): End => [
    status,
    status === 'SUCCEEDED' ? null : cause,
    ...attempts.flatMap((each) => (each.cause === null ? [] : [each.cause])),
  ];

  test(
    'R-FLOW-7 R-FLOW-1 R-FLOW-2 R-TASK-1 R-TASK-5 R-TASK-10 whatever its device does, each task ends as the tables say',
    async () => {
      const { productKey } = updraft;
      const devices = [...fleetOf('LINK', linkRows(productKey), EACH), ...fleetOf('IOTDA', iotdaRows(productKey), EACH)];
      expect(devices).toHaveLength(2 * EACH);
      await updraft.fleet(devices.map(({ device }) => device));
      const firmware = await updraft.package('2.0.0');
      const batch = await updraft.push(firmware, POLICY);

      // Who never reacts waits for ever in the Link dialect, and is all that is left.
      const patient = devices.filter(({ end: [status] }) => status === 'CANCELED');
      // Whoever is left too long is canceled as well, and named below.
      const until = Date.now() + TIMEOUT_MINUTES * MINUTE_MS;
      await updraft.until(async () => {
        const counts = await updraft.core.batches.counts(batch._id);
        return (counts.QUEUED + counts.IN_PROGRESS === 0 && counts.NOTIFIED === patient.length) || Date.now() > until;
      });
      await updraft.core.batches.cancel(ADMIN, batch._id);
      await updraft.settled(batch);

      const tasks = new Map((await updraft.tasks(batch)).map((task) => [task.deviceName, task]));
      expect(tasks.size).toBe(devices.length);
      const unexpected = devices.flatMap(({ device, end }) => {
        const task = tasks.get(device.deviceName);
        return task && isDeepStrictEqual(endOf(task), end) ? [] : [{ expected: end, task }];
      });
      // With its transitions, for whoever has to find out why.
      expect(unexpected).toEqual([]);
      // Nobody but a device itself has said what it runs.
      for (const name of ['link.victim', 'iotda.victim', 'link.child', 'iotda.child']) {
        const { modules } = (await updraft.core.devices.get(`${productKey}.${name}`)) ?? {};
        expect(modules?.default?.version).toBe('2.0.0');
        expect((await updraft.task(batch, name)).sourceVersion).toBe('1.0.0');
      }
    },
    1.25 * TIMEOUT_MINUTES * MINUTE_MS,
  );
});
