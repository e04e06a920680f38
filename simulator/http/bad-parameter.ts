/** A parameter that CXone would answer with 400; the message is put where the API in question puts its messages. */
export class BadParameter extends Error {
  override readonly name = 'BadParameter';
}
