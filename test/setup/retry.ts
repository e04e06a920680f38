/**
 * Real servers, processes and a browser share two cores here: a test that fails is tried once more, and what it failed
 * with is printed. One that fails twice has failed.
 */
jest.retryTimes(1, { logErrorsBeforeRetry: true });
