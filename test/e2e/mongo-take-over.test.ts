import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startEmbedded } from '../../server/embedded/start-embedded';
import { dataDirectories } from '../support/data-directories';
import { asUser, expectClosed, marks, oldData } from '../support/embedded-mongo';
import { embeddedParent } from '../support/embedded-parent';
import { isAlive } from '../support/is-alive';

const { MONGODB_URI: _mongo, ...env } = process.env;
const mongoOnly = { ...env, TEMPORAL_ADDRESS: 'temporal.example:7233' };
const newData = dataDirectories('updraft-taken-');

/** And the servers it had started: they notice, and end. */
async function killed(parent: ChildProcess, dataDir: string): Promise<void> {
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  const lock = join(dataDir, 'mongo/mongod.lock');
  const pid = (): number => Number(existsSync(lock) ? readFileSync(lock, 'utf8') : 0);
  while (pid() > 0 && isAlive(pid())) await delay(50);
}

describe('R-SAFE-4 data of a version without passwords', () => {
  test('R-SAFE-4 is taken over with what is in it, and users that anybody could have made there go', async () => {
    const dataDir = newData();
    await oldData(dataDir);
    const removed: string[] = [];
    const first = await startEmbedded({ dataDir, env: mongoOnly, onUsersRemoved: (users) => removed.push(...users) });
    expect(removed.sort()).toEqual(['admin.updraft', 'updraft.another']);
    await expectClosed(first);
    expect(await asUser(first.mongoUri, marks)).toBe(1);
    // One an operator makes afterwards stays.
    await asUser(first.mongoUri, (client) => client.db('admin').command({ createUser: 'backup', pwd: 'mine', roles: ['backup'] }));
    await first.stop();

    const second = await startEmbedded({ dataDir, env: mongoOnly, onUsersRemoved: (users) => removed.push(...users) });
    expect(new URL(second.mongoUri).password).toBe(new URL(first.mongoUri).password);
    expect(await asUser(second.mongoUri, marks)).toBe(1);
    const { users } = await asUser(second.mongoUri, (client) => client.db('admin').command({ usersInfo: 1 }));
    expect(users.map(({ user }: { user: string }) => user).sort()).toEqual(['backup', 'updraft']);
    expect(removed).toHaveLength(2);
    await second.stop();
  });

  test('R-SAFE-4 is taken over in the end, at whichever instants starts are killed -9', async () => {
    const dataDir = newData();
    await oldData(dataDir);
    const began = Date.now();
    const whole = embeddedParent(dataDir, mongoOnly);
    await once(whole.stdout ?? whole, 'data');
    const took = Date.now() - began;
    await killed(whole, dataDir);
    for (const part of [0.5, 0.65, 0.75, 0.85, 0.95]) {
      // As if the start had been killed before its last step.
      rmSync(join(dataDir, 'mongo.password'), { force: true });
      if (part < 0.7) rmSync(join(dataDir, 'mongo.keyfile'), { force: true });
      const parent = embeddedParent(dataDir, mongoOnly);
      await delay(took * part);
      await killed(parent, dataDir);
    }
    const servers = await startEmbedded({ dataDir, env: mongoOnly });
    await expectClosed(servers);
    expect(await asUser(servers.mongoUri, marks)).toBe(1);
    await servers.stop();
  });

  test.each([
    ['mongo.password', ''],
    ['mongo.password', 'half'],
    ['mongo.keyfile', ''],
    ['mongo.keyfile', 'half'],
  ])('R-SAFE-4 and files that a crash left unfinished are made anew: %s with "%s"', async (name, text) => {
    const dataDir = newData();
    const first = await startEmbedded({ dataDir, env: mongoOnly });
    await first.stop();
    writeFileSync(join(dataDir, name), text);
    chmodSync(join(dataDir, name), 0o600);
    const second = await startEmbedded({ dataDir, env: mongoOnly });
    expect(await asUser(second.mongoUri, marks)).toBe(0);
    expect(existsSync(join(dataDir, `${name}.new`))).toBe(false);
    await second.stop();
  });
});
