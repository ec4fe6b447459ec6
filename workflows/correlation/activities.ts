import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { inCall } from '../../core/call';
import { idOf, payloadIn } from './header';

/** A logger, as far as lines are written to it. */
export type ActivityLog = Record<'debug' | 'info', (details: object, message: string) => void>;

/** What operators look for, in words. Pushes come twelve times a minute for each gateway of a batch. */
const TOLD: Readonly<Record<string, { level: keyof ActivityLog; message: string }>> = {
  selectTargets: { level: 'info', message: 'A batch has selected its devices' },
  cancelBatchTasks: { level: 'info', message: 'The tasks of a batch were canceled' },
  offerTasks: { level: 'debug', message: 'A share of a batch was pushed' },
};

/** R-UI-4: an activity belongs to the call that its header names, and so does each line that is logged meanwhile, or about it. */
export const correlatedActivities =
  (log?: ActivityLog): ActivityInterceptorsFactory =>
  ({ info: { activityType: activity, workflowExecution } }) => {
    let correlationId: string | undefined;
    const told = TOLD[activity];
    return {
      inbound: {
        async execute(input, next) {
          correlationId = idOf(payloadIn(input.headers));
          const work = async (): Promise<unknown> => {
            const answer = await next(input);
            if (told) log?.[told.level]({ activity, workflow: workflowExecution?.workflowId }, told.message);
            return answer;
          };
          return correlationId === undefined ? work() : inCall({ correlationId, address: null }, work);
        },
      },
      outbound: {
        // Of lines about an activity, which the engine's worker writes outside of it.
        getLogAttributes: (attributes, next) => next(correlationId === undefined ? attributes : { ...attributes, correlationId }),
      },
    };
  };
