import { mongo } from 'mongoose';

/** Commands that mongod has run since its start, by name. */
export type CommandCounts = Map<string, number>;

/** Commands that only tell about the server itself. */
const HOUSEKEEPING = new Set(['hello', 'isMaster', 'ping', 'serverStatus', 'endSessions', 'buildInfo']);

export async function commandCounts(mongoUri: string): Promise<CommandCounts> {
  const client = await mongo.MongoClient.connect(mongoUri, { serverSelectionTimeoutMS: 10_000 });
  try {
    const { metrics } = await client.db('admin').command({ serverStatus: 1 });
    const commands = Object.entries(metrics.commands as Record<string, { total?: number | mongo.Long } | number>);
    return new Map(commands.map(([name, counts]) => [name, typeof counts === 'object' ? Number(counts.total ?? 0) : 0]));
  } finally {
    await client.close();
  }
}

/** What was run between two looks, for one of `count` upgrades; the most frequent first. */
export function commandsEach(before: CommandCounts, after: CommandCounts, count: number): Record<string, number> {
  const each = [...after].flatMap(([name, total]): [string, number][] => {
    const share = (total - (before.get(name) ?? 0)) / count;
    return HOUSEKEEPING.has(name) || share < 0.005 ? [] : [[name, share]];
  });
  return Object.fromEntries(each.sort(([, one], [, other]) => other - one));
}
