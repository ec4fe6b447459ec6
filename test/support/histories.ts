import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

const { History } = temporal.api.history.v1;
export const HISTORIES = resolve(__dirname, '../histories');

/** Stacks name folders of the machine that recorded them. */
const withoutPlaces = (key: string, value: unknown): unknown => (key === 'stackTrace' ? '' : value);

/**
 * Keeps the history of a flow for the replay test, when there is none yet or UPDRAFT_SAVE_HISTORIES is set: a committed history
 * stands for every run that was in flight when a new version was deployed.
 */
export async function saveHistory(handle: WorkflowHandle, name: string): Promise<void> {
  const file = resolve(HISTORIES, `${name}.json`);
  if (existsSync(file) && !process.env.UPDRAFT_SAVE_HISTORIES) return;
  const history = History.create(await handle.fetchHistory());
  await writeFile(file, `${JSON.stringify(history.toJSON(), withoutPlaces, 1)}\n`);
}

export async function readHistory(name: string): Promise<temporal.api.history.v1.History> {
  return History.fromObject(JSON.parse(await readFile(resolve(HISTORIES, `${name}.json`), 'utf8')));
}
