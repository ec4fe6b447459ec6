import { projectFiles, read } from './project-files';

const PRODUCT = /^(schema|core|api|gateways|workflows|server|demo)\/.*\.ts$/;
const sources = projectFiles().filter((path) => PRODUCT.test(path));

/** An entry of a table by dialect; the table's type makes the compiler ask for one for each. */
const ENTRY = /\bIOTDA: /;
const COMPARED = /(===|!==|case) '(LINK|IOTDA|LWM2M)'/;

const section = /^## Adding a dialect$(.*?)^## /ms.exec(read('docs/design.md'))?.[1] ?? '';
const named = Array.from(section.matchAll(/^\| `([^`]+\.ts)` \|/gm), ([, path]) => path as string);

describe('R-FLOW-7 a further dialect', () => {
  test('R-FLOW-7 the design names each table of dialects, and only files that have one', () => {
    expect([...named].sort()).toEqual(sources.filter((path) => ENTRY.test(read(path))).sort());
  });

  test('R-FLOW-7 nothing is decided by comparing the name of a dialect', () => {
    const compared = sources.flatMap((path) =>
      read(path)
        .split('\n')
        .flatMap((line) => (COMPARED.test(line) ? [`${path}: ${line.trim()}`] : [])),
    );
    expect(compared).toEqual([]);
  });
});
