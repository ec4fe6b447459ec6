import { startsByAcceptance } from '../../schema/model/protocol/dialect';
import type { Task } from '../../schema/model/task/task';
import { type LimitsMs, limitsMsOf } from '../../schema/model/task/waits';
import type { CoreSettings } from '../settings';

/** In milliseconds. Null: its device speaks another dialect. */
export const lwm2mLimits = ({ waits, minuteMs }: CoreSettings, task: Pick<Task, 'dialect'>): LimitsMs<'LWM2M'> | null =>
  startsByAcceptance(task) ? (limitsMsOf(waits, { dialect: 'LWM2M' }, minuteMs) as LimitsMs<'LWM2M'>) : null;

export const limitsOf = (settings: CoreSettings): LimitsMs<'LWM2M'> =>
  limitsMsOf(settings.waits, { dialect: 'LWM2M' }, settings.minuteMs) as LimitsMs<'LWM2M'>;
