#!/usr/bin/env node
// The one entry of `npm run demo|start|test|bench|build|audit`. It runs on a bare clone: nothing here or in setup/ may need node_modules.
import process from 'node:process';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `Updraft needs Node 20.19 or newer; this is ${process.version}.\nInstall it from https://nodejs.org (or \`nvm install 20\`) and start again.\n`,
  );
  process.exit(1);
}

// Imported after the check, so that an older Node shows the message above instead of a syntax error.
import('./setup/commands.mjs')
  .then(({ runCommand }) => runCommand(process.argv[2], process.argv.slice(3)))
  .then((code) => {
    process.exitCode = code;
  })
  .catch((error) => {
    process.stderr.write(`\n${error?.isSetupError ? error.message : (error?.stack ?? error)}\n`);
    process.exitCode = 1;
  });
