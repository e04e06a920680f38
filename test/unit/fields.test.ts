import * as cxone from '../../cxone';
import * as store from '../../store';

/** cxone/ and store/ do not know each other: only here can it show that they mean the same fields. */
describe('the fields that are read are the fields that have a column', () => {
  it('of contacts', () => {
    expect([...cxone.contactFields].sort()).toEqual([...store.contactFields].sort());
  });

  it('of agents', () => {
    expect([...cxone.agentFields].sort()).toEqual([...store.agentFields].sort());
  });

  it.each(cxone.lookupNames)('of %s', (list) => {
    expect([...cxone.lookupFields[list]].sort()).toEqual([...store.lookupFields[list]].sort());
  });

  it('of interaction metadata', () => {
    const { 'interaction-metadata': fields } = store.extractionFields;
    expect([...cxone.interactionMetadataFields].sort()).toEqual([...fields].sort());
  });

  it('of evaluations', () => {
    expect([...cxone.evaluationFields].sort()).toEqual([...store.extractionFields.evaluations].sort());
  });

  it('each once', () => {
    const lists = [
      ...Object.values(cxone.lookupFields),
      cxone.interactionMetadataFields,
      cxone.evaluationFields,
    ];
    for (const fields of [cxone.contactFields, cxone.agentFields, ...lists])
      expect(new Set(fields).size).toBe(fields.length);
  });
});
