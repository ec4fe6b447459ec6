import { setTimeout as delay } from 'node:timers/promises';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import { connectTemporal } from '../../workflows/connection';

/** The one thing asked of it, beside what a connection begins with: it is overloaded, always. */
async function overloadedServer(): Promise<{ address: string; asked(): number; close(): void }> {
  let asked = 0;
  const bytes = (value: Buffer) => value;
  const method = (name: string) => ({
    path: `/temporal.api.workflowservice.v1.WorkflowService/${name}`,
    ...{ requestStream: false, responseStream: false },
    ...{ requestSerialize: bytes, requestDeserialize: bytes, responseSerialize: bytes, responseDeserialize: bytes },
  });
  const server = new Server();
  server.addService(
    { getSystemInfo: method('GetSystemInfo'), describeNamespace: method('DescribeNamespace') },
    {
      getSystemInfo: (_call: unknown, answer: (error: null, value: Buffer) => void) => answer(null, Buffer.alloc(0)),
      describeNamespace: (_call: unknown, answer: (error: object) => void) => {
        asked += 1;
        answer({ code: status.UNAVAILABLE, details: 'busy' });
      },
    },
  );
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound))),
  );
  return { address: `127.0.0.1:${port}`, asked: () => asked, close: () => server.forceShutdown() };
}

test('a call that is tried again when its connection has been closed fails for its caller, and for nobody else', async () => {
  const server = await overloadedServer();
  const connection = await connectTemporal({ address: server.address });
  const call = connection.workflowService.describeNamespace({ namespace: 'default' });
  const outcome = expect(call).rejects.toMatchObject({ code: status.CANCELLED, details: 'Channel has been shut down' });
  while (server.asked() === 0) await delay(5);
  await connection.close();
  await outcome;
  await expect(connection.workflowService.describeNamespace({ namespace: 'default' })).rejects.toMatchObject({ code: status.CANCELLED });
  server.close();
});
