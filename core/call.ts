import { AsyncLocalStorage } from 'node:async_hooks';

/** What is true of everything that a request brings about. */
export interface Call {
  /** In the answer's header, in log lines and in the audit trail. */
  correlationId: string;
  /** IP address of the connection that it came by. */
  address: string | null;
}

const calls = new AsyncLocalStorage<Call>();

/** `work`, and whatever it begins, belong to the call. */
export const inCall = <T>(call: Call, work: () => T): T => calls.run(call, work);

/** Undefined for what the platform does by itself. */
export const callNow = (): Call | undefined => calls.getStore();
