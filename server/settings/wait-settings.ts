import { DEFAULT_WAITS } from '../../schema/model/task/waits';
import * as kinds from './kinds';
import { setting } from './setting';

const { IOTDA, LWM2M } = DEFAULT_WAITS;
const YEAR = 365 * 24 * 60;
const DAY = 24 * 60;

const minutes = (most: number, fallback: number, about: string) =>
  setting(kinds.wholeNumber(1, most, 'minutes'), fallback as number, { about, example: `${fallback}` });

/** R-FLOW-2, R-FLOW-3: how long each step of an upgrade may last that the platform leads. Each ends an attempt with a cause of its own. */
export const WAIT_SETTINGS = {
  UPDRAFT_IOTDA_ONLINE_MINUTES: minutes(
    YEAR,
    IOTDA.onlineMinutes,
    'An IoTDA device that is off-line when its turn comes is awaited so long.',
  ),
  UPDRAFT_IOTDA_VERSION_MINUTES: minutes(DAY, IOTDA.versionMinutes, 'An IoTDA device has so long to answer the version query.'),
  UPDRAFT_IOTDA_DOWNLOAD_MINUTES: minutes(
    YEAR,
    IOTDA.resultMinutes,
    'An IoTDA device has so long from its notification to its result, the download included.',
  ),
  UPDRAFT_IOTDA_CONFIRM_MINUTES: minutes(
    YEAR,
    IOTDA.confirmMinutes,
    'Where a product confirms results by a query, an IoTDA device has so long from its result to the version that confirms it.',
  ),
  UPDRAFT_LWM2M_ONLINE_MINUTES: minutes(
    YEAR,
    LWM2M.onlineMinutes,
    'An LwM2M device that is off-line or asleep when its turn comes is awaited so long.',
  ),
  UPDRAFT_LWM2M_VERSION_MINUTES: minutes(
    DAY,
    LWM2M.versionMinutes,
    'An LwM2M device has so long to answer which version it runs and how its firmware update object stands.',
  ),
  UPDRAFT_LWM2M_SIGNAL_MINUTES: minutes(DAY, LWM2M.signalMinutes, 'An LwM2M device has so long to answer which radio cell it is in.'),
  UPDRAFT_LWM2M_CELL_SLOT_MINUTES: minutes(YEAR, LWM2M.cellSlotMinutes, 'An LwM2M device waits so long for its turn in its radio cell.'),
  UPDRAFT_LWM2M_START_MINUTES: minutes(
    YEAR,
    LWM2M.startMinutes,
    'An LwM2M device that has accepted an address has so long to begin its download. Time in which it sleeps does not count.',
  ),
  UPDRAFT_LWM2M_DOWNLOAD_MINUTES: minutes(
    YEAR,
    LWM2M.downloadMinutes,
    'An LwM2M device has so long to download a package, or to be sent it: with one above 3 MiB a third of it for each MiB.',
  ),
  UPDRAFT_LWM2M_EXECUTE_MINUTES: minutes(
    YEAR,
    LWM2M.executeMinutes,
    'An LwM2M device that has the package has so long to take the order to install it.',
  ),
  UPDRAFT_LWM2M_UPDATE_MINUTES: minutes(
    YEAR,
    LWM2M.updateMinutes,
    'An LwM2M device has so long from that order to the begin of the installation. Time in which it sleeps does not count.',
  ),
  UPDRAFT_LWM2M_RESULT_MINUTES: minutes(
    YEAR,
    LWM2M.resultMinutes,
    'An LwM2M device has so long to install, to restart and to tell the result.',
  ),
  UPDRAFT_LWM2M_CHECK_MINUTES: minutes(
    YEAR,
    LWM2M.checkMinutes,
    'An LwM2M device that says it has succeeded has so long to show the target version.',
  ),
  UPDRAFT_LWM2M_DEFER_MINUTES: minutes(
    YEAR,
    LWM2M.deferMinutes,
    'The user of an LwM2M device may defer the installation so long, where the device does not say how long.',
  ),
} as const;
