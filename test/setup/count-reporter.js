/** Ends the run with the one line that CI reads: `N passed, N failed`. A test file that cannot run counts as a failure. */
module.exports = class CountReporter {
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests > 0 ? `, ${results.numPendingTests} skipped` : '';
    process.on('exit', () =>
      process.stdout.write(`${results.numPassedTests} passed, ${failed} failed${skipped}\n`),
    );
  }
};
