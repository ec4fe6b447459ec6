import type { Payload } from '@temporalio/common';
import { temporal as api } from '@temporalio/proto';
import { inCall } from '../../core/call';
import { idOf, payloadIn, withId } from '../../workflows/correlation/header';
import { interceptors } from '../../workflows/correlation/workflow';
import { runBatch, settle } from '../support/batch-run';
import { type TestTemporal, testTemporal } from '../support/temporal';

type Fields = Record<string, Payload> | null | undefined;
const idIn = (header?: { fields?: Fields } | null): string | undefined => idOf(payloadIn(header?.fields ?? {}));
const inCallOf = <T>(correlationId: string, work: () => T): T => inCall({ correlationId, address: null }, work);

describe('R-UI-4 correlation ids in the engine', () => {
  let temporal: TestTemporal;
  beforeAll(async () => {
    temporal = await testTemporal();
  });
  afterAll(() => temporal.close());

  /** The events of a batch that begins, pushes nothing and is canceled or ends. */
  async function eventsOf(begin?: string, cancel?: string) {
    const { world, engine, batchId, handle, stop } = await runBatch(temporal, cancel ? ['waits'] : []);
    if (cancel) world.due = [];
    await (begin ? inCallOf(begin, () => engine.startBatch(batchId)) : engine.startBatch(batchId));
    if (cancel) {
      await inCallOf(cancel, () => engine.commandBatch(batchId, { kind: 'cancel' }));
      settle(world);
    }
    await handle.result();
    const { events } = await handle.fetchHistory();
    await stop();
    return events ?? [];
  }
  const typesOf = (events: readonly api.api.history.v1.IHistoryEvent[]) =>
    events.map(({ eventType }) => api.api.enums.v1.EventType[eventType ?? 0]);

  test('R-UI-4: a history has the same events with an id as without', async () => {
    const [without, withOne] = [await eventsOf(), await eventsOf('abc-12345')];
    expect(typesOf(withOne)).toEqual(typesOf(without));
    const started = (events: typeof without) => events[0]?.workflowExecutionStartedEventAttributes?.header;
    expect([idIn(started(without)), idIn(started(withOne))]).toEqual([undefined, 'abc-12345']);
  });

  test('R-UI-4: what a batch does by itself has the id of its start, and what a command does that of the command', async () => {
    const events = await eventsOf('the-start', 'the-command');
    const scheduled = events.flatMap(({ activityTaskScheduledEventAttributes: it }) =>
      it ? [[it.activityType?.name, idIn(it.header)]] : [],
    );
    expect(scheduled).toEqual([
      ['selectTargets', 'the-start'],
      ['cancelBatchTasks', 'the-command'],
    ]);
  });

  test('R-UI-4: upgrades and the next run have the id, and so have lines of the workflow', async () => {
    const { inbound = [], outbound = [] } = interceptors();
    await inbound[0]?.execute?.({ args: [], headers: withId({}, 'the-start') }, async () => undefined);
    const seen: (string | undefined)[] = [];
    const look = async ({ headers }: { headers: Record<string, Payload> }): Promise<never> => {
      seen.push(idOf(payloadIn(headers)));
      return undefined as never;
    };
    await outbound[0]?.startChildWorkflowExecution?.({ headers: {} } as never, look);
    await outbound[0]?.continueAsNew?.({ headers: {} } as never, look);
    expect(seen).toEqual(['the-start', 'the-start']);
    expect(outbound[0]?.getLogAttributes?.({ runId: 'run' }, (given) => given)).toEqual({ runId: 'run', correlationId: 'the-start' });
  });

  test.each([
    ['nothing', undefined],
    ['no text', { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('{"a":1}') }],
    ['broken', { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('{') }],
    ['of an unknown encoding', { metadata: { encoding: Buffer.from('binary/encrypted') }, data: Buffer.from('x') }],
    ['far too long', { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from(JSON.stringify('a'.repeat(10_000))) }],
  ])('R-UI-4: a header that is %s is no id, and fails nothing', (_, payload) => {
    expect(idOf(payload)).toBeUndefined();
  });
});
