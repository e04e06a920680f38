import type { ApiFamily } from '../errors';

const mebibyte = 1_048_576;

/** A page of 10,000 contacts has 10 to 20 MB. */
const largestPage = 32 * mebibyte;
const largestAnswer = 8 * mebibyte;

/**
 * The most bytes of an answer that are kept in memory, by part of the API, after unpacking as well as before. A page that
 * is larger is asked for again at half its size.
 */
export const largestBodies: Readonly<Record<ApiFamily, number>> = {
  discovery: mebibyte,
  auth: mebibyte,
  contacts: largestPage,
  agents: largestPage,
  lookups: largestPage,
  media: largestAnswer,
  extraction: largestAnswer,
  file: largestAnswer,
};

/**
 * What is parsed at all. Time and memory of a parser go by the values there are rather than by the bytes: a mebibyte can
 * be one note or 300,000 empty lists. All of it is far beyond what any field of CXone's needs, and low enough that nothing
 * of it takes long: the longest that others have to wait for their turn is set by these figures (bench/event-loop.ts).
 */
export const limits = {
  /** Values (members and items) of a page; a page of 10,000 contacts has some 600,000. */
  pageValues: 4_000_000,
  /** Records of a page; more are not asked for than 10,000. */
  pageRecords: 100_000,
  /** Values of an answer that is no page. */
  answerValues: 200_000,
  /** Of one record, beyond which it is rejected with its bytes as they came. */
  recordValues: 20_000,
  recordBytes: 12 * mebibyte,
  /** Levels of lists and objects inside a field of a record. */
  recordDepth: 64,
} as const;
