import { type ChildProcess, spawn } from 'node:child_process';

/** A process that starts the embedded servers and prints their pids, to be killed at any instant. */
export function embeddedParent(dataDir: string, env: NodeJS.ProcessEnv): ChildProcess {
  const script = `const swc = require(${JSON.stringify(require.resolve('@swc/core'))});
    require.extensions['.ts'] = (module, file) => module._compile(
      swc.transformFileSync(file, { swcrc: false, module: { type: 'commonjs', ignoreDynamic: true }, jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } }).code, file);
    const { startEmbedded } = require(${JSON.stringify(require.resolve('../../server/embedded/start-embedded'))});
    startEmbedded({ dataDir: ${JSON.stringify(dataDir)} }).then((servers) => console.log(JSON.stringify(servers.pids)));`;
  return spawn(process.execPath, ['-e', script], { env, stdio: ['ignore', 'pipe', 'inherit'] });
}
