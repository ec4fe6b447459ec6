/** What a server program needs of the environment: where things are, its language, and how much memory and how many processors it may take. */
const FOR_SERVERS =
  /^(PATH|HOME|USER|LOGNAME|TMPDIR|TZ|LANG|LC_\w+|XDG_CONFIG_HOME|LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|GLIBC_TUNABLES|MALLOC_ARENA_MAX|GOMAXPROCS|GOMEMLIMIT|GODEBUG)$/;

/** What no tool of set-up needs: settings with their passwords and keys, and what opens somebody's cloud. */
const SETTINGS = /^(UPDRAFT_|MONGODB_|TEMPORAL_|AWS_)/;

/**
 * The environment of mongod and Temporal: only what is named here, so that a secret that is added to the settings never gets there.
 * @param {NodeJS.ProcessEnv} env @returns {NodeJS.ProcessEnv}
 */
export const serverEnvironment = (env) => filtered(env, (name) => FOR_SERVERS.test(name));

/**
 * The environment of npm, pip, compiler and downloaders, which know proxies, mirrors and certificates by names of their own.
 * @param {NodeJS.ProcessEnv} env @returns {NodeJS.ProcessEnv}
 */
export const toolEnvironment = (env) => filtered(env, (name) => !SETTINGS.test(name));

const filtered = (env, keep) => Object.fromEntries(Object.entries(env).filter(([name]) => keep(name)));
