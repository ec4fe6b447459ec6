import type { WorkflowClientInterceptor } from '@temporalio/client';
import type { Headers } from '@temporalio/common';
import { callNow } from '../core/call';
import { withId } from './correlation/header';

/**
 * R-UI-4: what a call of the API starts, or asks of a batch, has its correlation id in a header, beside the arguments. Signals have none:
 * what they wake goes on with the id of its start.
 */
export const correlatedCalls: WorkflowClientInterceptor = {
  startWithDetails: (input, next) => next({ ...input, headers: ofTheCall(input.headers) }),
  signalWithStart: (input, next) => next({ ...input, headers: ofTheCall(input.headers) }),
  startUpdate: (input, next) => next({ ...input, headers: ofTheCall(input.headers) }),
};

function ofTheCall(headers: Headers): Headers {
  const call = callNow();
  return call ? withId(headers, call.correlationId) : headers;
}
