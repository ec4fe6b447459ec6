import { type DownloadScheme, schemeViolations } from '../../../schema/model/protocol/download-scheme';

const offered: DownloadScheme[] = ['coap', 'http'];

test.each<[string, DownloadScheme[] | undefined, string[]]>([
  ['none named: all that the installation has', undefined, []],
  ['some of them', ['http'], []],
  ['one of them twice', ['http', 'http'], []],
  ['an empty list', [], ['REQUIRED schemes (coap, http)']],
  [
    'one that it has no address of',
    ['coap', 'coaps', 'https'],
    ['DOWNLOAD_SCHEME schemes.1 (coap, http)', 'DOWNLOAD_SCHEME schemes.2 (coap, http)'],
  ],
])('R-FLOW-3 the schemes of a batch are those of the installation: %s', (_name, asked, refused) => {
  expect(schemeViolations(asked, offered).map(({ code, field, limit }) => `${code} ${field} (${limit})`)).toEqual(refused);
});

test('R-FLOW-3 a refused scheme is named, with those that there are', () => {
  expect(schemeViolations(['coaps'], offered)).toEqual([
    {
      code: 'DOWNLOAD_SCHEME',
      field: 'schemes.0',
      message: 'The installation has no download addresses with coaps://; it has coap, http.',
      hint: 'Choose of coap, http, or have the installation serve coaps: docs/settings.md says how.',
      limit: 'coap, http',
    },
  ]);
});
