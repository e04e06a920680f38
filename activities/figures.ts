/** Figures of a ledger's row by their names; what was not counted is 0. */
export function figuresOf<Name extends string>(
  row: Readonly<Record<Name, number | null>>,
  names: readonly Name[],
): Readonly<Record<Name, number>> {
  return Object.fromEntries(names.map((name) => [name, row[name] ?? 0])) as Record<Name, number>;
}
