/** Which part of the program a setting is for; commands load the parts they need. */
export type Need =
  'tenants' | 'database' | 'recordings' | 'network' | 'temporal' | 'temporalUi' | 'worker' | 'logging';

export interface Setting {
  readonly name: string;
  readonly need: Need;
  readonly meaning: string;
  /** What is used when it is not given; `required` says there is nothing. */
  readonly fallback: string | undefined;
  readonly required?: boolean;
  /** Never shown in a message. */
  readonly secret?: boolean;
  readonly expected: string;
  readonly example: string;
}
