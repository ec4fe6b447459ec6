import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { MyTaskFragment } from '../../generated/pages/my/documents';

const TURN = msg`Waiting for its turn. You need not do anything.`;
const PAUSED = msg`This update is paused. You need not do anything.`;
const UPDATING = msg`The update is under way. Leave the device switched on.`;
const PREPARING = msg`The device is being told about the update.`;

/** What an update waits for, for whoever has the device on the shelf. */
const WAITING: Record<NonNullable<MyTaskFragment['waitingFor']>, MessageDescriptor> = {
  BATCH_HALTED: PAUSED,
  BATCH_PAUSED: PAUSED,
  CELL_SLOT: TURN,
  CONFIRMATION: msg`Install this update now?`,
  CONFIRMATION_DEFERRED: msg`You wanted to decide later.`,
  CONNECTION_UNSTABLE: msg`The device loses its connection again and again. Bring it closer to its network.`,
  DEVICE_ASLEEP: msg`The device is asleep. It is updated when it wakes up.`,
  DEVICE_DISABLED: msg`This device is blocked.`,
  DEVICE_OFFLINE: msg`The device is not connected. Switch it on and connect it: the update then begins by itself.`,
  DEVICE_REACTION: PREPARING,
  DEVICE_REQUEST: msg`The device asks for the update by itself.`,
  DEVICE_SIGNAL: PREPARING,
  DEVICE_USER: msg`The device asks you for your consent. Look at it.`,
  DEVICE_VERSION: PREPARING,
  DOWNLOAD: msg`The device is downloading the update. Leave it switched on.`,
  DOWNLOAD_START: PREPARING,
  INSTALL_ORDER: msg`Downloaded. The installation is about to begin. Leave the device switched on.`,
  INSTALL_RESULT: msg`The device is installing the update. Leave it switched on.`,
  INSTALL_START: msg`Downloaded. The installation is about to begin. Leave the device switched on.`,
  PUSH_RATE: TURN,
  RETRY: msg`The last try did not work. It is tried again by itself.`,
  SCHEDULED: msg`The update has not been released yet.`,
  TARGET_VERSION: UPDATING,
};

/** Null once it has ended. */
export const wordsOf = ({ waitingFor }: MyTaskFragment): MessageDescriptor | null => (waitingFor ? WAITING[waitingFor] : null);

/** What somebody has to answer comes first, then what goes on, then how things have ended. */
export function rankOf({ status, waitingFor }: Pick<MyTaskFragment, 'status' | 'waitingFor'>): number {
  if (status === 'UNCONFIRMED') return waitingFor === 'CONFIRMATION_DEFERRED' ? 1 : 0;
  if (status === 'FAILED') return 2;
  return status === 'SUCCEEDED' || status === 'CANCELED' ? 4 : 3;
}
