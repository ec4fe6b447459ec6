/** The body of a registration (Content-Format 40): `</>;rt="oma.lwm2m";ct=110,</1/0>,</3/0>`. */
export function writeLinks(paths: readonly string[], { root = '/', contentFormats = [] as number[] } = {}): Buffer {
  const ct =
    contentFormats.length > 1 ? `;ct="${contentFormats.join(' ')}"` : contentFormats.length === 1 ? `;ct=${contentFormats[0]}` : '';
  const front = root === '/' ? '' : root;
  return Buffer.from([`<${root}>;rt="oma.lwm2m"${ct}`, ...paths.map((path) => `<${front}${path}>`)].join(','));
}
