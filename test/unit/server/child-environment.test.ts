import { serverEnvironment, toolEnvironment } from '#setup/child-environment.mjs';
import { SETTINGS, SETUP_VARIABLES } from '../../../server/settings/settings';

const SECRETS = {
  ...Object.fromEntries([...Object.keys(SETTINGS), ...Object.keys(SETUP_VARIABLES)].map((name) => [name, 'secret'])),
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'secret',
  TEMPORAL_API_KEY: 'secret',
  TEMPORAL_TLS_CLIENT_KEY_DATA: 'secret',
};
const PLAIN = { PATH: '/bin', HOME: '/root-of-mine', LANG: 'C', LC_ALL: 'C', TMPDIR: '/tmp', GOMEMLIMIT: '1GiB' };

test('R-SAFE-4 server programs get what is on a list, and so no setting and no secret of anybody', () => {
  const others = { GITHUB_TOKEN: 'secret', HTTPS_PROXY: 'http://user:secret@proxy', npm_config__auth: 'secret', MY_PATH: 'secret' };
  expect(serverEnvironment({ ...SECRETS, ...others, ...PLAIN })).toEqual(PLAIN);
});

test('R-SAFE-4 tools of the set-up get no setting of Updraft, and keep proxies and mirrors', () => {
  const theirs = { HTTPS_PROXY: 'http://proxy:3128', PIP_INDEX_URL: 'https://mirror', npm_config_registry: 'https://mirror' };
  expect(toolEnvironment({ ...SECRETS, ...theirs, ...PLAIN })).toEqual({ ...theirs, ...PLAIN });
});
