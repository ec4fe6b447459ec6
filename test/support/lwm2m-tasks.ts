import type { Lwm2mStep, Lwm2mUpgrade } from '../../schema/model/lwm2m/upgrade';
import { newNegotiation } from '../../schema/model/task/negotiation';
import type { Task } from '../../schema/model/task/task';
import { aTask } from './builders';
import { anLwm2mUpgrade } from './cell-tasks';

const DAY_MS = 24 * 60 * 60 * 1_000;

/** A task of an LwM2M device that was asked nothing yet. */
export const anLwm2mTask = (fields: Partial<Task> = {}): Task =>
  aTask({ dialect: 'LWM2M', negotiation: newNegotiation(DAY_MS), ...fields });

/** One whose device was asked, and has accepted nothing. */
export const anAskedTask = (step: Lwm2mStep, at: Date, { lwm2m, ...fields }: TaskFields = {}): Task =>
  anLwm2mTask({
    negotiation: { ...newNegotiation(DAY_MS), queriedAt: step === 'CELL_SLOT' ? null : at },
    offerAt: null,
    waitBy: new Date(at.getTime() + 180_000),
    lwm2m: anLwm2mUpgrade({ step, since: at, ...lwm2m }),
    ...fields,
  });

/** One whose device has accepted a package. */
export const anAcceptedTask = (step: Lwm2mStep, at: Date, { lwm2m, ...fields }: TaskFields = {}): Task =>
  anLwm2mTask({
    status: step === 'START' ? 'NOTIFIED' : 'IN_PROGRESS',
    notifiedAt: at,
    notifications: 1,
    offerAt: null,
    negotiation: { ...newNegotiation(DAY_MS), begunAt: at },
    lwm2m: anLwm2mUpgrade({ step, since: at, ...lwm2m }),
    ...fields,
  });

type TaskFields = Partial<Omit<Task, 'lwm2m'>> & { lwm2m?: Partial<Lwm2mUpgrade> };
