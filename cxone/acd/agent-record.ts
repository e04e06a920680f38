import { createReader, fieldNames, type FieldTypes, names } from '../records/record-reader';

/** Identity, state, organisation and place of contract §3.2. The API's casing varies; these are ours. */
const fields: FieldTypes = {
  integer: names(`
    agentId teamId reportToId profileId employmentType divisionNo
  `),
  decimal: ['hourlyCost'],
  flag: names(`
    isActive locked isSupervisor isBillable isWhatIfAgent isOpenIdProfileComplete rehireStatus atHome
    useAgentTimeZone noFixedAddress
  `),
  text: names(`
    userId userName userNameDomain combinedUserNameDomain firstName middleName lastName emailAddress
    internalId federatedId subject issuer loginAuthenticatorId ntLoginName crmUserName systemUser
    systemDomain sipUser userType teamName teamUuid reportToName profileName location custom1 custom2
    custom3 custom4 custom5 notes hiringSource employmentTypeName referral timeZone timeZoneOffset
    timeDisplayFormat country countryName state stateCode city address1 address2 zipCode telephone1
    telephone2
  `),
  timestamp: names(`
    createDate inactiveDate hireDate terminationDate lastLogin lastUpdated
  `),
};

/** Thresholds, time-outs and switches of contract §3.2: kept in `extra`, known, so no drift. */
const unstored = names(`
    chatThreshold emailThreshold workItemThreshold voiceThreshold smsThreshold digitalThreshold
    useTeamChatThreshold useTeamEmailThreshold useTeamWorkItemThreshold useTeamVoiceThreshold
    useTeamSmsThreshold useTeamDigitalThreshold useTeamContactAutoFocus useTeamRequestContact
    useTeamMaxConcurrentChats useTeamEmailAutoParkingLimit useTeamDeliveryModeSettings
    chatRefusalTimeout phoneRefusalTimeout workItemRefusalTimeout emailRefusalTimeout
    voicemailRefusalTimeout smsRefusalTimeout digitalRefusalTimeout agentPhoneTimeout
    agentPhoneTimeoutSeconds defaultDialingPattern defaultDialingPatternName maxConcurrentChats
    scheduleNotification maxEmailAutoParkingLimit sendEmailNotifications requestContact customerCard
    contactAutoFocus rowNumber recordingNumbers maxPreview deliveryMode totalContactCount
    agentVoiceThreshold agentEmailThreshold agentWorkItemThreshold agentChatThreshold
    agentSmsThreshold agentDigitalThreshold agentDeliveryMode agentTotalContactCount
    agentContactAutoFocus agentRequestContact agentMaxVersion agentCxaClientVersion
    agentCxaReleasePrevious agentIntegration channelLock digitalEngagementEnabled teams_channel_id
    ACWEnabled ACWRange isDirectVoicemailTransferEnabled attendantUserStatus
  `).map((name) => name.toLowerCase());

/** The names of the agent fields with a column of their own. */
export const agentFields = fieldNames(fields);

/** Reads one agent, its keys in any case (contract §3.2). Stored if it has an id. Never throws. */
export const readAgent = createReader({ fields, key: 'agentId', required: [], unstored: new Set(unstored) });
