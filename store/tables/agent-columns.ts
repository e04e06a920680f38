import { type BulkTable, defineColumns } from '../ingest/columns';

/**
 * Identity, state, organisation and place of contract §3.2, in canonical camelCase (the API's own casing varies by
 * version). Thresholds and time-outs stay in `extra`; `apiKey` is a secret and is stored nowhere.
 */
const columns = defineColumns({
  bigint: 'agentId teamId reportToId profileId employmentType divisionNo',
  timestamptz: 'createDate inactiveDate hireDate terminationDate lastLogin lastUpdated',
  'double precision': 'hourlyCost',
  boolean: `
    isActive locked isSupervisor isBillable isWhatIfAgent isOpenIdProfileComplete rehireStatus atHome
    useAgentTimeZone noFixedAddress`,
  text: `
    userId userName userNameDomain combinedUserNameDomain firstName middleName lastName emailAddress
    internalId federatedId subject issuer ntLoginName crmUserName systemUser systemDomain sipUser
    userType loginAuthenticatorId teamName teamUuid reportToName profileName location custom1 custom2
    custom3 custom4 custom5 notes hiringSource employmentTypeName referral timeZone timeZoneOffset
    timeDisplayFormat country countryName state stateCode city address1 address2 zipCode telephone1
    telephone2`,
});

export const agentTable: BulkTable = {
  name: 'agent',
  columns,
  key: 'agent_id',
  stamp: 'last_updated',
  required: ['agent_id'],
};

/** The API names, in canonical camelCase, of the fields that have a column of their own. */
export const agentFields: readonly string[] = columns.map(({ field }) => field);
