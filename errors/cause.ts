/** What happened and what to do about it, in words for a person; neither holds a secret or personal data. */
export interface Explained {
  readonly message: string;
  /** Empty when there is nothing to do. */
  readonly remedy: string;
}

/** Why something failed. Message and remedy stay apart until they are shown. */
export interface Cause extends Explained {
  /** Of the table; a run of another release may have one that this release does not know. */
  readonly code: string;
  /** It may pass by itself: it was retried until the attempts were used up. */
  readonly passing?: boolean;
}

/** Both in one text, for a reader who has one place for them: the message of a failure in Web UI, a line of a command. */
export function sentencesOf({ message, remedy }: Explained): string {
  return remedy === '' ? message : `${message.replace(/[.:]?$/, '.')} ${remedy}`;
}

/** Both apart again, where an earlier release stored them in one text. */
export function apart<C extends Explained>(cause: C): C {
  const { message, remedy } = cause;
  if (remedy === '' || !message.includes(remedy)) return cause;
  return { ...cause, message: message.replace(remedy, '').replace(/ {2,}/g, ' ').trim() };
}
