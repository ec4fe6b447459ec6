const { AsyncLocalStorage } = require('node:async_hooks');
const vm = require('node:vm');
const { TestEnvironment } = require('jest-environment-node');

/** Of this worker, by the file's name: its text and what V8 has made of it. */
const compiled = new Map();
const { compileFunction } = vm;

/**
 * Jest compiles every module anew for every test file, a third of what a test file takes before its first test. V8 keeps what it has made of
 * a script, functions that were compiled when they were called included, and runs it in any number of contexts: so each worker compiles a
 * module once. Each test file still has modules of its own: nothing that they hold is shared.
 */
vm.compileFunction = (code, parameters, { filename, parsingContext, ...options }) => {
  if (!parsingContext || !filename) return compileFunction(code, parameters, { filename, parsingContext, ...options });
  const head = `(function (${parameters.join(', ')}) {`;
  let known = compiled.get(filename);
  if (known?.code !== code || known.head !== head) {
    known = { code, head, script: new vm.Script(`${head}${code}\n})`, { filename, columnOffset: -head.length }) };
    compiled.set(filename, known);
  }
  return known.script.runInContext(parsingContext);
};

/** Those that this test file has put something into. */
const storages = new Set();

for (const name of ['run', 'enterWith']) {
  const original = AsyncLocalStorage.prototype[name];
  AsyncLocalStorage.prototype[name] = function (...given) {
    storages.add(this);
    return original.apply(this, given);
  };
}

/**
 * Until Node 24 every promise is handed the stores of all storages that were ever used in the process, those of modules that are gone
 * included: each test file would make every promise of the later ones in its worker slower.
 */
module.exports = class extends TestEnvironment {
  async teardown() {
    await super.teardown();
    for (const storage of storages) storage.disable();
    storages.clear();
  }
};
