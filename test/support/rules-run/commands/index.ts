import { ask } from './ask';
import { cancel } from './cancel';
import { cancelOfDevice } from './cancel-of-device';
import { cancelSome } from './cancel-some';
import { connect } from './connect';
import { createBatch } from './create-batch';
import { decide } from './decide';
import { defer } from './defer';
import { disconnect } from './disconnect';
import { pause } from './pause';
import { register } from './register';
import { remove } from './remove';
import { reportFailure } from './report-failure';
import { reportProgress } from './report-progress';
import { reportVersion } from './report-version';
import { resume } from './resume';
import { retryTasks } from './retry-tasks';

/** Everything that can happen; what happens most is there more than once. */
export const COMMANDS = [
  ...[createBatch, createBatch, createBatch],
  ...[connect, connect, disconnect, ask, ask],
  ...[
    reportProgress,
    reportProgress,
    reportProgress,
    reportFailure,
    reportFailure,
    reportFailure,
    reportFailure,
    reportVersion,
    reportVersion,
    reportVersion,
  ],
  ...[pause, resume, resume, cancel, cancelSome, cancelOfDevice, decide, decide, defer, retryTasks, retryTasks],
  ...[register, remove],
];
