import { InvalidInputError } from '../../workflows/inputs';
import { CommandError, exitStatus } from './exit-status';

/** What a parser of workflow inputs makes of what was typed. @throws CommandError status 2 for what it refuses */
export function parseInput<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new CommandError(exitStatus.badInput, error.message, 'InvalidInput');
  }
}
