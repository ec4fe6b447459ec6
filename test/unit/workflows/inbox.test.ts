import type { UpgradeInput } from '../../../schema/model/task/upgrade';
import { Inbox } from '../../../workflows/upgrade/inbox';
import type { UpgradeMessage } from '../../../workflows/upgrade/messages';

const upgrade = (taskId: string, firstAttempt?: number): UpgradeInput => ({
  ...{ taskId, batchId: 'batch', deviceId: 'device', module: 'default', attempt: firstAttempt ?? 1, firstAttempt },
  ...{ retry: null, timeoutMinutes: null, firstProgressAt: null, minuteMs: 60_000 },
});
const messageOf = (taskId: string, firstAttempt?: number): UpgradeMessage => ({
  upgrade: upgrade(taskId, firstAttempt),
  report: { kind: 'check', attempt: 1 },
});
const inboxOf = (taskId: string, firstAttempt?: number, mayDrop = true) => new Inbox(upgrade(taskId, firstAttempt), [], () => mayDrop);

describe('the inbox of an upgrade', () => {
  test('R-FLOW-7 a message of another task that has ended is dropped, whichever comes first: nothing is left to go on with', () => {
    for (const order of ['message first', 'end first']) {
      const inbox = inboxOf('own');
      if (order === 'message first') inbox.receive(messageOf('next'));
      inbox.end('next', 1);
      if (order === 'end first') inbox.receive(messageOf('next'));
      expect([inbox.ofOthers, inbox.hasMessages]).toEqual([[], false]);
    }
  });

  test('histories of before kept it', () => {
    const inbox = inboxOf('own', undefined, false);
    inbox.end('next', 1);
    inbox.receive(messageOf('next'));
    expect(inbox.ofOthers).toHaveLength(1);
  });

  test('R-BAT-21 the end of a task that has begun again since counts for nothing; one without an attempt is of an older version', () => {
    const again = inboxOf('own', 3);
    again.end('own', 2);
    expect(again.hasEnded).toBe(false);
    again.end('own', 3);
    expect(again.hasEnded).toBe(true);
    const old = inboxOf('own', 3);
    old.end('own');
    expect(old.hasEnded).toBe(true);
    const other = inboxOf('own');
    other.end('next', 2);
    other.receive(messageOf('next', 3));
    expect(other.ofOthers).toHaveLength(1);
  });

  test('so many ends are remembered, and no more', () => {
    const inbox = inboxOf('own');
    for (let count = 0; count <= 20; count++) inbox.end(`task-${count}`, 1);
    inbox.receive(messageOf('task-0'));
    inbox.receive(messageOf('task-1'));
    expect(inbox.ofOthers.map(({ upgrade: { taskId } }) => taskId)).toEqual(['task-0']);
  });
});
