import { TAR_BLOCK, tarHeader } from '../../schema/model/package/tar-header';
import type { FileEnd } from './file-end';
import { type Walk, walked } from './walk';

const CLOSING_ZEROS = 2 * TAR_BLOCK;

/**
 * An archive is cut when an entry has fewer bytes than its header says. The two empty blocks that close it are left out by some who write
 * archives, and so is what fills up the last block; what stands behind the empty blocks is not looked at. Only of an archive whose first header
 * can't be read do the empty blocks have to show that it is whole.
 */
export function tarEnd(): FileEnd {
  let isRead = true;
  const walk = walked(
    entries(() => {
      isRead = false;
    }),
    'ends before the last entry of its tar archive does',
  );
  let size = 0;
  let zeros = 0;
  return {
    update(bytes) {
      size += bytes.length;
      let blank = 0;
      while (blank < Math.min(bytes.length, CLOSING_ZEROS) && bytes[bytes.length - 1 - blank] === 0) blank++;
      zeros = blank === bytes.length ? zeros + blank : blank;
      return walk.update(bytes);
    },
    async problem() {
      if (isRead) return walk.problem();
      return size % TAR_BLOCK === 0 && zeros >= CLOSING_ZEROS ? null : 'ends before the two empty records that close a tar archive';
    },
    close: walk.close,
  };
}

function* entries(onUnread: () => void): Walk {
  for (let count = 0; ; count++) {
    const header = tarHeader(yield { read: TAR_BLOCK, last: true });
    if (header.kind === 'none' && count === 0) onUnread();
    if (header.kind !== 'entry') return;
    yield { skip: header.bytes };
    yield { skip: (TAR_BLOCK - (header.bytes % TAR_BLOCK)) % TAR_BLOCK, last: true };
  }
}
