import { agentFields as readAgentFields, contactFields as readContactFields } from '../../../../cxone';
import { agentFields } from '../../../../store/tables/agent-columns';
import { defineColumns, snakeCase } from '../../../../store/ingest/columns';
import { contactFields, contactTable } from '../../../../store/tables/contact-columns';

describe('column names', () => {
  it.each([
    ['contactId', 'contact_id'],
    ['contactStartDate', 'contact_start_date'],
    ['dateACWWarehoused', 'date_acw_warehoused'],
    ['isOpenIdProfileComplete', 'is_open_id_profile_complete'],
    ['custom1', 'custom1'],
    ['abandoned', 'abandoned'],
    ['divisionNo', 'division_no'],
  ])('%s becomes %s', (field, column) => {
    expect(snakeCase(field)).toBe(column);
  });

  it('follow the order of the definition', () => {
    expect(defineColumns({ bigint: 'agentId teamId', text: ' notes ' })).toEqual([
      { field: 'agentId', name: 'agent_id', type: 'bigint' },
      { field: 'teamId', name: 'team_id', type: 'bigint' },
      { field: 'notes', name: 'notes', type: 'text' },
    ]);
  });
});

describe('the fields with columns of their own', () => {
  it('are named once each', () => {
    expect(new Set(contactFields).size).toBe(contactFields.length);
    expect(new Set(agentFields).size).toBe(agentFields.length);
  });

  it('cover every contact field of contract §2.2', () => {
    expect(contactFields).toHaveLength(58);
    expect(contactFields).toEqual(
      expect.arrayContaining(['tags', 'divisionNo', 'refuseTime', 'conferenceSeconds']),
    );
  });

  it('are those that the readers of cxone/ fill', () => {
    expect([...contactFields].sort()).toEqual([...readContactFields].sort());
    expect([...agentFields].sort()).toEqual([...readAgentFields].sort());
  });

  it('never hold the secret of an agent', () => {
    expect(agentFields.map((field) => field.toLowerCase())).not.toContain('apikey');
  });

  it('hold durations in seconds as doubles and everything numbered as bigint', () => {
    const seconds = contactTable.columns.filter(({ field }) => field.endsWith('Seconds'));
    expect(seconds).toHaveLength(10);
    expect(seconds.every(({ type }) => type === 'double precision')).toBe(true);
    const ids = contactTable.columns.filter(({ field }) => field.endsWith('Id'));
    expect(ids.every(({ type }) => type === 'bigint')).toBe(true);
  });
});
