import type { Foundation } from './foundation';
import type { Part } from './part';

const LOOK_EVERY_MS = 30_000;

/** R-DEV-4: looks for members of dynamic groups that are due, and takes up what a crash has interrupted. Closing core ends a look. */
export function startGroupChecks({ parts, logger }: Pick<Foundation, 'parts' | 'logger'>): Part {
  let looking = false;
  async function look(): Promise<void> {
    if (looking) return;
    looking = true;
    try {
      await parts.checkGroups();
    } catch (error) {
      logger.warn({ error }, 'Members of dynamic groups could not be looked for; it is tried again');
    } finally {
      looking = false;
    }
  }
  void look();
  const timer = setInterval(look, LOOK_EVERY_MS);
  return { stop: async () => clearInterval(timer) };
}
