#!/usr/bin/env node
// Compares the catalogues with the texts of the source: what is missing, without a translation or not used any more, a line each.
import { dirname } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { getCatalogs } from '@lingui/cli/api';
import { getConfig } from '@lingui/conf';

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
const config = getConfig();
const wrong = [];
let texts = 0;

/** What a translation must have as well: `{name}`, `<0>`. */
const placeholders = (text) =>
  [...text.matchAll(/\{(\w+)[,}]|<\/?(\d+)\/?>/g)]
    .map(([all]) => all)
    .sort()
    .join(' ');

for (const catalogue of await getCatalogs(config)) {
  const used = (await catalogue.collect({ files: undefined })) ?? {};
  const known = await catalogue.readAll();
  for (const locale of config.locales) {
    const there = known[locale] ?? {};
    const tell = (what, message) => wrong.push(`${catalogue.getFilename(locale)}: ${what}: ${message}`);
    for (const [id, { message }] of Object.entries(used)) {
      texts += 1;
      const translation = there[id]?.translation;
      if (!there[id]) tell('missing, run `npm run extract -w console`', message);
      else if (!translation && locale !== config.sourceLocale) tell('without a translation', message);
      else if (translation && new Set(placeholders(translation).split(' ')).size < new Set(placeholders(message).split(' ')).size)
        tell('loses a placeholder', message);
    }
    for (const [id, { message, obsolete }] of Object.entries(there)) if (obsolete || !(id in used)) tell('not used any more', message);
  }
}
process.stdout.write(`${wrong.join('\n')}${wrong.length ? '\n' : ''}${texts} texts, ${wrong.length} wrong\n`);
process.exitCode = wrong.length > 0 || texts === 0 ? 1 : 0;
