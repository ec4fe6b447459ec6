const { relative } = require('node:path');

/** For `npm run unit`: what failed and what was printed. Of a file that passed without a word nothing is said. */
module.exports = class FailuresReporter {
  onTestResult({ path }, { failureMessage, console: printed = [] }) {
    if (!failureMessage && !printed?.length) return;
    process.stderr.write(`${failureMessage ? 'FAIL' : 'PASS'} ${relative('.', path)}\n`);
    for (const { type, message } of printed ?? []) process.stderr.write(`${type}: ${message}\n`);
    if (failureMessage) process.stderr.write(`${failureMessage}\n`);
  }
};
