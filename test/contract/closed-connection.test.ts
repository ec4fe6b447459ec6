import { channel } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { Store } from '../../schema/mongo/connect';
import { testStore } from '../support/store';

/** Every socket that is opened from here on. */
const sockets: Socket[] = [];
channel('net.client.socket').subscribe((message) => sockets.push((message as { socket: Socket }).socket));

describe('a command for a connection to MongoDB whose socket has just been destroyed', () => {
  let store: Store;
  beforeAll(async () => {
    store = await testStore();
  });
  afterAll(() => store.close());

  /** As when mongod is killed: the sockets are gone, and nobody has been told yet. */
  async function withSocketsGone<T>(command: () => Promise<T>): Promise<T> {
    await store.collections.settings.findOne({});
    for (const socket of sockets.splice(0)) socket.destroy();
    return command();
  }

  test('a read is tried again, over another connection', async () => {
    await store.collections.settings.insertOne({ _id: 'here', value: 0 });
    await expect(withSocketsGone(() => store.collections.settings.findOne({ _id: 'here' }))).resolves.toMatchObject({ _id: 'here' });
  });

  test('so is a write, and is done once', async () => {
    await expect(withSocketsGone(() => store.collections.settings.insertOne({ _id: 'new', value: 0 }))).resolves.toMatchObject({
      acknowledged: true,
    });
    await withSocketsGone(() => store.collections.settings.updateOne({ _id: 'new' }, { $inc: { value: 1 } } as never));
    expect(await store.collections.settings.findOne({ _id: 'new' })).toMatchObject({ value: 1 });
  });

  test('many at once end, each with its answer', async () => {
    const found = await withSocketsGone(() =>
      Promise.all(Array.from({ length: 100 }, () => store.collections.settings.countDocuments({ _id: 'new' }))),
    );
    expect(found).toEqual(Array(100).fill(1));
  });

  test('a transaction is tried again as a whole', async () => {
    await withSocketsGone(() =>
      store.connection.transaction(async (session) => {
        await store.collections.settings.updateOne({ _id: 'here' }, { $set: { value: 'within' } }, { session });
      }),
    );
    expect(await store.collections.settings.findOne({ _id: 'here' })).toMatchObject({ value: 'within' });
  });
});
