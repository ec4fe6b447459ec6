import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { canHaveProgram, type DebianProgram, debianProgram } from '../debian-program';

const LIBCOAP = 'libcoap3-bin';
export const OPENSSL: DebianProgram = { name: 'openssl', package: 'openssl', variable: 'UPDRAFT_TEST_OPENSSL' };
export const PLAIN_COAP_CLIENT: DebianProgram = {
  name: 'coap-client-notls',
  package: LIBCOAP,
  variable: 'UPDRAFT_TEST_COAP_CLIENT',
};
export const COAP_CLIENTS: readonly DebianProgram[] = [
  { name: 'coap-client-openssl', package: LIBCOAP, variable: 'UPDRAFT_TEST_COAP_CLIENT_OPENSSL' },
  { name: 'coap-client-gnutls', package: LIBCOAP, variable: 'UPDRAFT_TEST_COAP_CLIENT_GNUTLS' },
];

/** `test`, or where one of the programs can't be had: a line that says what stays unproven, and nothing run. */
export function testWith(programs: readonly DebianProgram[]): typeof test | typeof test.skip {
  const missing = programs.filter((program) => !canHaveProgram(program, process.env));
  if (missing.length === 0) return test;
  console.warn(`NOT PROVEN here for want of ${missing.map(({ name, variable }) => `${name} (or its path in ${variable})`).join(', ')}.`);
  return test.skip;
}

export interface Running {
  child: ChildProcess;
  /** All it has written so far, errors too. */
  output(): string;
  /** Waits until it has written what the pattern finds; rejects when it ends before. */
  wrote(pattern: RegExp): Promise<void>;
  ended: Promise<{ code: number | null; output: string }>;
}

export async function runProgram(program: DebianProgram, args: readonly string[]): Promise<Running> {
  const { path, env } = await debianProgram(program, process.env);
  const child = spawn(path, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let written = '';
  const more = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      written += text;
      for (const check of more) check();
    });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, output: written }));
  return {
    child,
    output: () => written,
    ended,
    wrote: (pattern) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (!pattern.test(written)) return;
          more.delete(check);
          resolve();
        };
        more.add(check);
        void ended.then(() => reject(new Error(`${program.name} ended:\n${written}`)));
        check();
      }),
  };
}
