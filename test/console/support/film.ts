import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';

/** Of the file, which a README shows. */
const MOST_BYTES = 2_000_000;

export interface Film {
  /** Takes pictures until the promise settles, and then writes them all. */
  during<T>(shown: Promise<T>, path: string): Promise<T>;
}

/**
 * A page as moving pictures: an SVG whose frames are WebP images, shown in turn by its own style sheet, so that any page shows it as an image.
 * Whoever asks for less motion sees the last frame.
 */
export async function createFilm(page: Page, everyMs: number): Promise<Film> {
  const session = await page.context().newCDPSession(page);
  const frames: string[] = [];
  const take = async (): Promise<void> => {
    const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 55 });
    if (frames.at(-1) !== data) frames.push(data);
  };
  return {
    async during(shown, path) {
      let isOver = false;
      const over = shown.finally(() => {
        isOver = true;
      });
      over.catch(() => undefined);
      while (!isOver) {
        await take();
        await Promise.race([delay(everyMs), over.catch(() => undefined)]);
      }
      const result = await over;
      await delay(everyMs);
      await take();
      const { width, height } = page.viewportSize() ?? { width: 0, height: 0 };
      const svg = animation(frames, width, height, everyMs);
      if (svg.length > MOST_BYTES) throw new Error(`The film has ${svg.length} bytes, and may have ${MOST_BYTES}: take fewer pictures.`);
      await writeFile(path, svg);
      return result;
    },
  };
}

/** How many turns the last frame stays. */
const LAST_STAYS = 6;

function animation(frames: readonly string[], width: number, height: number, everyMs: number): string {
  const turns = frames.length + LAST_STAYS;
  const seconds = (turns * everyMs) / 1_000;
  const images = frames.map(
    (data, index) =>
      `<image width="${width}" height="${height}" style="animation-delay:${((index * everyMs) / 1_000).toFixed(2)}s" href="data:image/webp;base64,${data}"/>`,
  );
  const share = (100 / turns).toFixed(3);
  const lastShare = ((100 * LAST_STAYS) / turns).toFixed(3);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<style>
image{visibility:hidden;animation:one ${seconds}s step-end infinite}
image:last-of-type{animation-name:last}
@keyframes one{0%{visibility:visible}${share}%{visibility:hidden}}
@keyframes last{0%{visibility:visible}${lastShare}%{visibility:hidden}}
@media(prefers-reduced-motion:reduce){image{animation:none}image:last-of-type{visibility:visible}}
</style>
${images.join('\n')}
</svg>
`;
}
