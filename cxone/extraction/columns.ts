/** What Data Extraction can be asked for (contract §10). */
export type ExtractionEntity = 'recording-interaction-metadata' | 'qm-workflows';

/** The column without which no row of a result can be stored, as a person would look for it. */
export const keyColumns: Readonly<Record<ExtractionEntity, string>> = {
  'recording-interaction-metadata': 'Segment ID',
  'qm-workflows': 'Workflow ID',
};

/** Letters and digits in lower case: `Workflow ID`, `workflowId` and `WORKFLOW_ID` are one header. */
export function folded(header: string): string {
  return header.replace(/[^\p{L}\p{N}]/gu, '').toLowerCase();
}
