import { DOWNLOAD_SCHEMES, type DownloadScheme } from '../../schema/model/protocol/download-scheme';
import type { CoreSettings } from '../settings';
import type { Granted } from './download-token';
import type { ShortTokens } from './short-token';

export interface ShortUrl {
  /** At most 255 characters, which is what a Package URI holds (LwM2M 1.1, E.6, `/5/x/1`). */
  url: string;
  expiresAt: Date;
}

export interface ShortUrls {
  /** The schemes that this installation has addresses of. */
  schemes: readonly DownloadScheme[];
  /** R-DL-4: the address of a file for an attempt of a task. The token in it is the same for every scheme. Throws a RangeError for a scheme that is not in `schemes`. */
  mint(task: Granted, fileIndex: number, scheme: DownloadScheme): Promise<ShortUrl>;
}

const LONGEST_URL = 255;
const TOKEN_LENGTH = 22;
/** What a base URL may have, so that the whole address fits. */
export const LONGEST_SHORT_BASE = LONGEST_URL - '/f/'.length - TOKEN_LENGTH;

export function createShortUrls(deps: {
  tokens: Pick<ShortTokens, 'issue'>;
  settings: Pick<CoreSettings, 'publicBaseUrl' | 'coapBaseUrls'>;
}): ShortUrls {
  const bases = basesOf(deps.settings);
  return {
    schemes: schemesOf(deps.settings),
    async mint(task, fileIndex, scheme) {
      const base = bases[scheme];
      if (base === undefined) throw new RangeError(`This installation has no download addresses with ${scheme}://.`);
      const { token, expiresAt } = await deps.tokens.issue(task, fileIndex);
      return { url: `${base}/f/${token}`, expiresAt };
    },
  };
}

/** The schemes that an installation has addresses of. */
export function schemesOf(settings: Pick<CoreSettings, 'publicBaseUrl' | 'coapBaseUrls'>): readonly DownloadScheme[] {
  const bases = basesOf(settings);
  return DOWNLOAD_SCHEMES.filter((scheme) => bases[scheme] !== undefined);
}

type Bases = Partial<Record<DownloadScheme, string>>;

/** Of those that are short enough. */
function basesOf({ publicBaseUrl, coapBaseUrls = {} }: Pick<CoreSettings, 'publicBaseUrl' | 'coapBaseUrls'>): Bases {
  const http = { [publicBaseUrl.startsWith('https:') ? 'https' : 'http']: publicBaseUrl };
  return Object.fromEntries(Object.entries({ ...coapBaseUrls, ...http }).filter(([, base]) => base.length <= LONGEST_SHORT_BASE));
}
