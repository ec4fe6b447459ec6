import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../../server/embedded/free-port';
import type { FoundProgram } from '../../support/debian-program';
import type { BenchScope } from '../benchmark';
import { programOrNull } from '../program';

export interface Nginx {
  version: string;
  port: number;
  /** Path of the file. */
  path: string;
  /** Of the master and its workers. */
  pids: number[];
}

const NGINX = { name: 'nginx', package: 'nginx-light', variable: 'UPDRAFT_TEST_NGINX' };

export const NGINX_MISSING = 'Without nginx the other half of the comparison stays empty.';

const START_WITHIN_MS = 10_000;

/** Serves one file from disk as nginx does out of the box, on loopback, with a configuration and data of its own; null when there is none. */
export async function startNginx(scope: BenchScope, bytes: Buffer): Promise<Nginx | null> {
  const program = await programOrNull(NGINX, scope);
  if (program === null) return null;
  const prefix = join(scope.dataDir, 'nginx');
  mkdirSync(join(prefix, 'files'), { recursive: true });
  writeFileSync(join(prefix, 'files', 'fw.bin'), bytes, { mode: 0o644 });
  const port = await freePort();
  writeFileSync(join(prefix, 'nginx.conf'), config(prefix, port));
  const child = spawn(program.path, ['-p', prefix, '-c', 'nginx.conf', '-e', join(prefix, 'error.log'), '-g', 'daemon off;'], {
    env: program.env,
    stdio: 'inherit',
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()));
  scope.defer(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  await untilServed(port);
  return { version: versionOf(program), port, path: '/fw.bin', pids: [child.pid ?? 0, ...childrenOf(child.pid ?? 0)] };
}

const versionOf = ({ path, env }: FoundProgram): string =>
  execFileSync('sh', ['-c', '"$0" -v 2>&1', path], { env, encoding: 'utf8', timeout: 10_000 }).trim().replace('nginx version: ', '');

/** Workers as the one who runs it, who also owns the file. */
const config = (prefix: string, port: number): string => `
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes auto;
pid ${prefix}/nginx.pid;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000;
  client_body_temp_path ${prefix}/body;
  proxy_temp_path ${prefix}/proxy;
  fastcgi_temp_path ${prefix}/fastcgi;
  uwsgi_temp_path ${prefix}/uwsgi;
  scgi_temp_path ${prefix}/scgi;
  server { listen 127.0.0.1:${port}; root ${prefix}/files; }
}
`;

async function untilServed(port: number): Promise<void> {
  const end = Date.now() + START_WITHIN_MS;
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/fw.bin`, { method: 'HEAD' }).catch(() => null);
    if (answer?.ok) return;
    if (Date.now() > end) throw new Error(`nginx does not serve the file: ${answer ? answer.status : 'no answer'}`);
    await delay(50);
  }
}

function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((other) => parentOf(other) === pid);
}

function parentOf(pid: number): number | null {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return null;
  }
}
