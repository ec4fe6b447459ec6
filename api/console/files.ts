import { existsSync, readFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { z } from 'zod';

/** The console as `npm run build` has made it. */
export interface ConsoleFiles {
  folder: string;
  /** First parts of the addresses that are its pages. */
  sections: ReadonlySet<string>;
}

/** Beside the compiled API, also where the API runs from its sources. */
const BUILT = __dirname.includes(`${sep}dist${sep}`) ? resolve(__dirname, '../../console') : resolve(__dirname, '../../dist/console');

/** Null where it was not built. */
export function findConsole(folder = BUILT): ConsoleFiles | null {
  const list = join(folder, 'sections.json');
  if (!existsSync(list)) return null;
  return { folder, sections: new Set(z.array(z.string()).parse(JSON.parse(readFileSync(list, 'utf8')))) };
}
