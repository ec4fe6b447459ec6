import { patience, slowness } from '../support/devices/patience';
import { runLwm2mBatch } from '../support/lwm2m-batch';
import { lwm2mFleetOf, overdueRows } from '../support/misbehaviours/lwm2m-rows';
import { startUpdraft, type Updraft } from '../support/updraft';

const MINUTE_MS = Math.round(1_000 * slowness());
/** Less than it takes until a device that does not answer counts as off-line, which ends this wait. */
const VERSION_MINUTES = Math.max(1, Math.floor(20_000 / MINUTE_MS));

describe('One batch over LwM2M devices that get stuck, each in its own way', () => {
  let updraft: Updraft;
  beforeAll(async () => {
    updraft = await startUpdraft({
      UPDRAFT_COAP_PORT: '0',
      UPDRAFT_COAPS_PORT: '0',
      UPDRAFT_MINUTE_MS: `${MINUTE_MS}`,
      UPDRAFT_LWM2M_ONLINE_MINUTES: '15',
      UPDRAFT_LWM2M_VERSION_MINUTES: `${VERSION_MINUTES}`,
      UPDRAFT_LWM2M_START_MINUTES: '12',
      UPDRAFT_LWM2M_DOWNLOAD_MINUTES: '15',
      UPDRAFT_LWM2M_UPDATE_MINUTES: '12',
      UPDRAFT_LWM2M_RESULT_MINUTES: '15',
      UPDRAFT_LWM2M_CHECK_MINUTES: '12',
      UPDRAFT_LWM2M_DEFER_MINUTES: '5',
    });
  });
  afterAll(() => updraft.stop());

  test('R-FLOW-3 R-TASK-10 each task ends with the cause of its wait', async () => {
    const run = await runLwm2mBatch(updraft, lwm2mFleetOf(overdueRows, overdueRows.length), patience(200_000));
    expect(run.unexpected).toEqual([]);
  });
});
