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

  it('each once', () => {
    const lists = Object.values(cxone.lookupFields);
    for (const fields of [cxone.contactFields, cxone.agentFields, ...lists])
      expect(new Set(fields).size).toBe(fields.length);
  });
});
