import type { Headers, Payload } from '@temporalio/common';
import { AsyncLocalStorage, type WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { idOf, payloadIn, withPayload } from './header';

/**
 * R-UI-4: in the sandbox, hands the correlation id on to activities, upgrades and the next run. Only headers: a history has the same events
 * with and without one. What a command does itself has the command's id; all else has that of the run's start.
 */
export const interceptors: WorkflowInterceptorsFactory = () => {
  let ofRun: Payload | undefined;
  /** Made when it is needed: most workflows are upgrades, which get no command. */
  let ofCommand: InstanceType<typeof AsyncLocalStorage<Payload>> | undefined;
  const now = (): Payload | undefined => ofCommand?.getStore() ?? ofRun;
  const handedOn = <I extends { headers: Headers }>(input: I): I => ({ ...input, headers: withPayload(input.headers, now()) });
  return {
    inbound: [
      {
        execute(input, next) {
          ofRun = payloadIn(input.headers);
          return next(input);
        },
        handleUpdate(input, next) {
          const payload = payloadIn(input.headers);
          if (payload === undefined) return next(input);
          ofCommand ??= new AsyncLocalStorage<Payload>();
          return ofCommand.run(payload, () => next(input));
        },
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) => next(handedOn(input)),
        scheduleLocalActivity: (input, next) => next(handedOn(input)),
        startChildWorkflowExecution: (input, next) => next(handedOn(input)),
        continueAsNew: (input, next) => next({ ...input, headers: withPayload(input.headers, ofRun) }),
        getLogAttributes(attributes, next) {
          const correlationId = idOf(now());
          return next(correlationId === undefined ? attributes : { ...attributes, correlationId });
        },
      },
    ],
  };
};
