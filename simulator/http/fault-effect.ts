import type { Exchange } from './exchange';
import type { Reply } from './reply';
import type { FaultArguments } from './fault-names';

/** Answers an exchange, or has it answered. */
export type Answer = (exchange: Exchange) => Promise<Reply>;

/** Answers in place of, or around, what would have been answered; may have something else asked. */
export type Effect = (next: Answer, args: FaultArguments, exchange: Exchange) => Promise<Reply>;

/** Faults that change rows. */
export type RowFault = 'insertLate' | 'removeRows' | 'updateRows';

/** Changes the rows a request is about, after it has been answered. */
export type RowEffect = (name: RowFault, args: FaultArguments, exchange: Exchange) => void;
