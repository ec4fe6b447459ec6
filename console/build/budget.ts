import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Plugin, Rolldown } from 'vite';

type Bundle = Rolldown.OutputBundle;

/** What may be loaded before the first page shows, as Brotli: browsers take it over TLS and on the same machine, elsewhere gzip. */
export const FIRST_LOAD_BYTES = 250 * 1_024;

const kilobytes = (bytes: number): string => `${Math.ceil(bytes / 1_024)} KB`;

const COMPRESSED = /\.(js|css|html|svg|json)$/;

const brotli = (body: Buffer): Buffer => brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } });

/** What the first page needs beside the entry: itself, and its texts in the longer language. */
const FIRST_PAGE = /\/src\/(pages\/overview\/OverviewPage\.tsx|(pages\/overview\/)?locales\/zh\.po)$/;

/** What is loaded before the first page shows: the entry, the page and its texts, what these import without `import()`, and the styles. */
function firstLoad(bundle: Bundle): Set<string> {
  const seen = new Set<string>();
  const visit = (name: string): void => {
    const chunk = bundle[name];
    if (!chunk || seen.has(name)) return;
    seen.add(name);
    if (chunk.type !== 'chunk') return;
    for (const each of chunk.imports) visit(each);
    for (const each of chunk.viteMetadata?.importedCss ?? []) visit(each);
  };
  for (const [name, chunk] of Object.entries(bundle))
    if (chunk.type === 'chunk' && (chunk.isEntry || FIRST_PAGE.test(chunk.facadeModuleId ?? ''))) visit(name);
  return seen;
}

/** Puts compressed copies beside the files, and fails the build whose first load is too large. */
export function budget(limit = FIRST_LOAD_BYTES): Plugin {
  return {
    name: 'updraft:budget',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const first = firstLoad(bundle);
        const bytes = { brotli: 0, gzip: 0 };
        for (const [name, file] of Object.entries(bundle)) {
          if (!COMPRESSED.test(name)) continue;
          const body = Buffer.from(file.type === 'chunk' ? file.code : file.source);
          const small = brotli(body);
          const zipped = gzipSync(body, { level: 9 });
          if (first.has(name) || name === 'index.html') {
            bytes.brotli += Math.min(small.length, body.length);
            bytes.gzip += Math.min(zipped.length, body.length);
          }
          if (small.length >= body.length) continue;
          this.emitFile({ type: 'asset', fileName: `${name}.br`, source: small });
          this.emitFile({ type: 'asset', fileName: `${name}.gz`, source: zipped });
        }
        const told = `first load ${kilobytes(bytes.brotli)} compressed of ${kilobytes(limit)}; ${kilobytes(bytes.gzip)} as gzip`;
        if (bytes.brotli > limit) this.error(`${told}. Load what the first page does not need with its page (\`import()\`).`);
        this.info(told);
      },
    },
  };
}
