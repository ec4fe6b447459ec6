import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { ShownBatch } from './use-batch';

type What = Pick<ShownBatch, 'status' | 'counts' | 'estimatedEnd' | 'matching'>;

/** Why a batch stands where it stands, and what happens next, in one sentence. */
export function nextOf({ status, counts, estimatedEnd, matching }: What): MessageDescriptor {
  switch (status) {
    case 'STARTING':
      return msg`Its devices are being selected; notifications follow.`;
    case 'SCHEDULED':
      return msg`It starts by itself at the scheduled time.`;
    case 'HALTED':
      return msg`No notification leaves until somebody resumes it. Devices that were notified go on.`;
    case 'PAUSED':
      return msg`No notification leaves until it is resumed. Devices that were notified go on.`;
    case 'FAILED':
      return msg`It could not go on. Nothing more happens.`;
    case 'CANCELED':
      return msg`It was canceled. Nothing more happens.`;
    case 'FINISHED':
      return counts.failed > 0 ? msg`Every task has ended. Failed ones can be retried.` : msg`Every task has ended.`;
    case 'RUNNING':
      return running(counts, estimatedEnd, matching);
  }
}

function running(counts: What['counts'], end: What['estimatedEnd'], matching: boolean): MessageDescriptor {
  if (counts.queued > 0 && end?.limitedBy === 'DEVICE_REQUEST') return msg`It pushes nothing: each device has to ask for its upgrade.`;
  if (counts.queued > 0) return msg`Queued devices are notified as the push rate allows, off-line ones when they connect.`;
  if (counts.notified + counts.inProgress > 0)
    return msg`All devices were notified. Those at work report their new version when they are done.`;
  if (counts.unconfirmed > 0) return msg`Waiting for its tasks to be confirmed.`;
  return matching ? msg`Waiting for more devices to match.` : msg`It is about to end.`;
}
