import { benchCommand, UsageError, usage } from '../../bench/arguments';
import { moduleOf } from '../../bench/profile-rank';
import { alignedTable } from '../../bench/table';

const command = (...args: string[]) =>
  benchCommand(args, [
    { name: 'upgrades' },
    { name: 'fleet', devices: { least: 1_000, most: 1_000_000, default: 1_000_000 } },
    { name: 'lwm2m', parts: ['downloads', 'hellos'] },
  ]);

describe('the command line of the benchmark', () => {
  test('names a benchmark and takes the defaults', () => {
    expect(command('upgrades')).toEqual({ name: 'upgrades', json: false, devices: 2_000, rate: 600, parts: [], profileDir: null });
    expect(command('upgrades', '--devices', '50', '--rate=10000', '--json', '--profile', 'out')).toEqual({
      name: 'upgrades',
      json: true,
      devices: 50,
      rate: 10_000,
      parts: [],
      profileDir: 'out',
    });
  });

  test('a benchmark may have bounds of its own', () => {
    expect(command('fleet')?.devices).toBe(1_000_000);
    expect(command('fleet', '--devices', '1000')?.devices).toBe(1_000);
  });

  test('of a benchmark with parts all run, or those that are named', () => {
    expect(command('lwm2m')?.parts).toEqual(['downloads', 'hellos']);
    expect(command('lwm2m', '--parts', 'hellos')?.parts).toEqual(['hellos']);
    expect(usage([{ name: 'lwm2m', about: 'CoAP', parts: ['downloads', 'hellos'] }])).toContain(
      'of lwm2m: only these of downloads, hellos',
    );
  });

  test.each([
    [['lwm2m', '--parts', 'downloads,uploads']],
    [['lwm2m', '--parts', '']],
    [['upgrades', '--parts', 'downloads']],
    [['fleet', '--devices', '999']],
    [['fleet', '--devices', '1000001']],
    [[]],
    [['downloads-of-yesterday']],
    [['upgrades', 'fleet']],
    [['upgrades', '--devices', '9']],
    [['upgrades', '--devices', '5001']],
    [['upgrades', '--devices', '1e3']],
    [['upgrades', '--rate', '9']],
    [['upgrades', '--rate', '10001']],
    [['upgrades', '--speed', '3']],
  ])('%j is refused with the usage', (args) => {
    expect(() => command(...args)).toThrow(UsageError);
  });

  test('help is not an error, and names every benchmark', () => {
    expect(command('--help')).toBeNull();
    expect(command('upgrades', '-h')).toBeNull();
    expect(usage([{ name: 'upgrades', about: 'how many' }])).toContain('upgrades    how many');
  });
});

describe('what the benchmark prints', () => {
  test('columns of a table are as wide as their widest cell', () => {
    expect(
      alignedTable([
        ['', 'ms'],
        ['engine', '12.5'],
      ]),
    ).toBe('          ms\nengine  12.5');
  });

  test.each([
    ['/app/node_modules/mongodb/lib/sdam/server.js', 'mongodb'],
    ['/app/node_modules/@grpc/grpc-js/build/src/client.js', '@grpc/grpc-js'],
    ['/app/node_modules/a/node_modules/@b/c/index.js', '@b/c'],
    ['/app/dist/core/tasks/report.js', 'core'],
    ['node:events', 'node'],
  ])('self time in %s is that of %s', (url, module) => {
    expect(moduleOf({ functionName: 'work', url })).toBe(module);
  });

  test('what has no file is told by its own name', () => {
    expect(moduleOf({ functionName: '(garbage collector)', url: '' })).toBe('(garbage collector)');
    expect(moduleOf({ functionName: 'writev', url: '' })).toBe('(native)');
  });
});
