import { type DiskRoom, ROOM_WITHOUT_END } from '../disk-room';
import type { PackageStore } from '../ports';

/** Room on the disk for package files, in bytes of files: what those take while they are stored is the store's to say, and nothing elsewhere. */
export type FileRoom = Pick<DiskRoom, 'require' | 'took' | 'cause'>;

export function fileRoom({ disk = ROOM_WITHOUT_END, files }: { disk?: DiskRoom; files: Pick<PackageStore, 'diskBytes'> }): FileRoom {
  const onDisk = (bytes: number): number => files.diskBytes?.(bytes) ?? 0;
  return {
    require: (bytes = 0) => disk.require(onDisk(bytes)),
    took: (bytes) => disk.took(onDisk(bytes)),
    cause: (error) => disk.cause(error),
  };
}
