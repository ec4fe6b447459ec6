import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { ShownBatch } from './use-batch';

/** What may happen to a batch, in words. */
export const MARK_KINDS: Record<ShownBatch['marks'][number]['kind'], MessageDescriptor> = {
  STARTED: msg`started`,
  PAUSED: msg`paused`,
  HALTED: msg`halted`,
  RESUMED: msg`resumed`,
  EDITED: msg`edited`,
  REOPENED: msg`reopened by a retry`,
  FINISHED: msg`finished`,
  CANCELED: msg`canceled`,
  FAILED: msg`failed`,
};
