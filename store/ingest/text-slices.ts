/** Characters of a slice: encoding that much takes some milliseconds, whatever they are. */
const sliceLength = 64 * 1024;

/** A text in slices that can each be made storable for itself: no pair of surrogates is torn apart. */
export function* textSlices(text: string): Generator<string, void, void> {
  for (let from = 0; from < text.length;) {
    let to = Math.min(text.length, from + sliceLength);
    if (tearsPair(text, to)) to += 1;
    yield text.slice(from, to);
    from = to;
  }
}

/** JSON text in such slices: no escape is torn apart either, nor a pair of surrogates that is written as two. */
export function* jsonSlices(json: string): Generator<string, void, void> {
  let from = 0;
  let escape = json.indexOf('\\');
  while (from < json.length) {
    let to = Math.min(json.length, from + sliceLength);
    while (escape >= 0 && escape < to) {
      const end = endOfEscape(json, escape);
      to = Math.max(to, end);
      escape = json.indexOf('\\', end);
    }
    if (tearsPair(json, to)) to += 1;
    yield json.slice(from, to);
    from = to;
  }
}

function endOfEscape(json: string, at: number): number {
  if (json[at + 1] !== 'u') return at + 2;
  const isPair = /^d[89ab]/i.test(json.slice(at + 2, at + 4)) && json.startsWith('\\u', at + 6);
  return at + (isPair ? 12 : 6);
}

/** Half a pair on each side; of halves without a partner none is torn. */
function tearsPair(text: string, at: number): boolean {
  return isHighSurrogate(text.charCodeAt(at - 1)) && isLowSurrogate(text.charCodeAt(at));
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
