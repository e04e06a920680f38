import type { LookupName } from './lookup-page';
import { createReader, fieldNames, names, type Reading, type RecordShape } from '../records/record-reader';

const known = (list: string): ReadonlySet<string> => new Set(names(list).map((name) => name.toLowerCase()));

/**
 * Reference data of contract §3.3. The published list of skills has no schema; the fields are those of a single skill
 * (`GET /skills/{skillId}`) that say what it is. How it routes, prices and times stays in `extra`.
 */
const shapes: Readonly<Record<LookupName, RecordShape>> = {
  skills: {
    key: 'skillId',
    required: [],
    fields: {
      integer: ['skillId', 'mediaTypeId', 'campaignId'],
      flag: ['isActive', 'isOutbound'],
      text: names('skillName mediaTypeName campaignName outboundStrategy notes'),
      timestamp: ['lastUpdateTime'],
    },
    unstored: known(`
      workItemQueueType acwTypeId agentFirstResponseTime agentFollowOnResponseTime agentResponseEnabled
      customerIdleTime customerResponseEnabled isSubSkill presentAcceptReject routingQueueId tenantId
      timeExtensionEnabled stateIdACW stateNameACW maxSecondsACW acwPostTimeoutStateId
      acwPostTimeoutStateName requireDisposition allowSecondaryDisposition agentRestTime
      makeTranscriptAvailable transcriptFromAddress displayThankyou thankYouLink popThankYou
      popThankYouURL isRunning priorityBlending callerIdOverride scriptId scriptName emailFromAddress
      emailFromEditable emailBccAddress emailParking equityLevel evaluationCriteria fallbackTime focusLock
      focusMetric chatWarningThreshold agentTypingIndicator patronTypingPreview interruptible
      callSuppressionScriptId reskillHours reskillHoursName countReskillHours minWFIAgents
      minWFIAvailableAgents useScreenPops screenPopTriggerEvent useCustomScreenPops screenPopDetail
      minWorkingTime agentless agentlessPorts initialPriority acceleration maxPriority
      serviceLevelThreshold serviceLevelGoal enableShortAbandon shortAbandonThreshold countShortAbandons
      messageTemplateId smsTransportCodeId smsTransportCode dispositions deliverMultipleNumbersSerially
      cradleToGrave priorityInterrupt outboundTelecomRouteId requireManualAccept
    `),
  },
  campaigns: {
    key: 'campaignId',
    required: [],
    // The specification says id and name, older answers say what contacts say (contract §3.3).
    aliases: { id: 'campaignId', name: 'campaignName' },
    fields: {
      integer: ['campaignId'],
      flag: ['isActive'],
      text: names('campaignName description notes'),
      timestamp: ['lastUpdateTime'],
    },
    unstored: known('divisionId'),
  },
  teams: {
    key: 'teamId',
    required: [],
    fields: {
      integer: ['teamId', 'agentCount', 'divisionNo'],
      flag: ['isActive'],
      text: names('teamName description notes teamUuid teamLeadId'),
      timestamp: ['lastUpdateTime'],
    },
    unstored: known(`
      unavailableCodes inViewEnabled wfoEnabled wfm2Enabled qm2Enabled maxConcurrentChats
      maxEmailAutoParkingLimit inViewGamificationEnabled inViewChatEnabled inViewWallboardEnabled
      inViewLMSEnabled analyticsEnabled requestContact contactAutoFocus chatThreshold emailThreshold
      workItemThreshold smsThreshold digitalThreshold voiceThreshold socialThreshold deliveryMode
      totalContactCount niceAudioRecordingEnabled niceDesktopAnalyticsEnabled niceQmEnabled
      niceScreenRecordingEnabled niceSpeechAnalyticsEnabled niceWfmEnabled niceQualityOptimizationEnabled
      niceSurvey_CustomerEnabled nicePerformanceManagementEnabled niceAnalyticsEnabled
      niceLessonManagementEnabled niceCoachingEnabled niceStrategicPlannerEnabled niceShiftBiddingEnabled
      niceWfoAdvancedEnabled niceWfoEssentialsEnabled cxoneCustomerAuthenticationEnabled channelLock
    `),
  },
  dispositions: {
    key: 'dispositionId',
    required: [],
    fields: {
      integer: ['dispositionId', 'classificationId'],
      flag: ['isActive', 'isPreviewDisposition'],
      text: names('dispositionName notes systemOutcome'),
      timestamp: ['lastUpdated'],
    },
    unstored: known(`
      classificationName dialerAgentOutcomeId dialerAgentOutcomeName reportingGroupId showCommitmentAmount
      showRescheduleDate isAgentSpecific
    `),
  },
};

/** Something of each list. */
function ofEach<T>(make: (shape: RecordShape) => T): Readonly<Record<LookupName, T>> {
  const entries = Object.entries(shapes).map(([list, shape]) => [list, make(shape)]);
  return Object.fromEntries(entries) as Record<LookupName, T>;
}

/** The names of the fields with a column of their own, by list. */
export const lookupFields = ofEach(({ fields }) => fieldNames(fields));

/** Reads one record of a list, its keys in any case. Stored if it has an id. Never throws. */
export const readLookup: Readonly<Record<LookupName, (record: unknown) => Reading>> = ofEach(createReader);
