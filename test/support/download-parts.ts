import { Readable } from 'node:stream';
import type { Clock } from '../../core/clock';
import { createBlockReader } from '../../core/downloads/block-reader';
import { storeSource } from '../../core/downloads/block-source';
import { downloadSecret } from '../../core/downloads/download-secret';
import { createDownloadUrls, type DownloadUrls } from '../../core/downloads/download-token';
import { createDownloadMeter, type DownloadMeter } from '../../core/downloads/meter';
import { createDownloadService } from '../../core/downloads/service';
import { createShortTokens, type ShortTokens } from '../../core/downloads/short-token';
import type { CoreSettings } from '../../core/settings';
import type { Task } from '../../schema/model/task/task';
import type { Collections } from '../../schema/mongo/connect';
import { aDevice, aPackage } from './builders';
import { fakePackageStore } from './fakes/package-store';

export interface DownloadParts {
  files: ReturnType<typeof fakePackageStore>;
  urls: DownloadUrls;
  tokens: ShortTokens;
  meter: DownloadMeter;
  downloads: ReturnType<typeof createDownloadService>;
}

/** Downloads over a real store that has a package of one file and this task. */
export async function downloadParts(
  collections: Collections,
  { settings, clock, task }: { settings: CoreSettings; clock: Clock; task: Task },
): Promise<DownloadParts> {
  const files = fakePackageStore();
  await files.put('file1', Readable.from([Buffer.from('firmware 2.0')], { objectMode: false }));
  await collections.packages.insertOne(aPackage());
  await insertTasks(collections, task);
  const secret = await downloadSecret(collections);
  const urls = createDownloadUrls({ settings, secret, clock });
  const tokens = createShortTokens({ downloadTokens: collections.downloadTokens, settings, secret, clock });
  const meter = createDownloadMeter({ tasks: collections.tasks, clock, everyMs: 60_000 });
  const reader = createBlockReader(storeSource(files));
  const downloads = createDownloadService({ ...{ collections, urls, tokens, reader, meter, settings, clock }, blockReader: reader });
  return { files, urls, tokens, meter, downloads };
}

/** With their devices. */
export async function insertTasks(collections: Pick<Collections, 'devices' | 'tasks'>, ...tasks: Task[]): Promise<void> {
  await collections.devices.insertMany(tasks.map((each) => aDevice(each)));
  await collections.tasks.insertMany(tasks);
}
