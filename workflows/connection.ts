import { InterceptingCall, type Interceptor, Metadata, status } from '@grpc/grpc-js';
import { Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';

/** A connection to Temporal that may be closed while calls are under way: each fails for its caller, with gRPC's CANCELLED or its own error. */
export function connectTemporal({
  address,
  connectTimeoutMs = 10_000,
}: {
  address: string;
  connectTimeoutMs?: number;
}): Promise<Connection> {
  return Connection.connect({
    address,
    connectTimeout: connectTimeoutMs,
    interceptors: [makeGrpcRetryInterceptor(defaultGrpcRetryOptions()), failWhenClosed],
  });
}

/**
 * gRPC throws when a call begins on a closed channel. The SDK tries a call again from a timer, where nothing catches what is thrown and
 * the process would end. So a call that can't begin ends with a status, one after which the SDK doesn't try again.
 */
const failWhenClosed: Interceptor = (options, nextCall) => {
  try {
    return new InterceptingCall(nextCall(options));
  } catch (error) {
    return endedCall(error instanceof Error ? error.message : String(error));
  }
};

function endedCall(details: string): InterceptingCall {
  const nothing = () => {};
  // None of these hands on to a next call: there is none.
  return new InterceptingCall(undefined as never, {
    start(_metadata, listener) {
      listener.onReceiveMessage(null);
      listener.onReceiveStatus({ code: status.CANCELLED, details, metadata: new Metadata() });
    },
    sendMessage: nothing,
    halfClose: nothing,
    cancel: nothing,
  });
}
