import { agentIdOf } from './agent-id';
import { dayMs, hourMs, type StampWriter } from '../data/calendar';
import { firstNames, lastNames, teamCatalogue } from '../data/catalogue';
import { uuidOf } from '../auth/credentials';
import type { Dice } from '../data/random';

/** An agent as `/agents` serves it: a flat object with the API's own, uneven casing (contract §3.2). */
export type AgentRecord = Readonly<Record<string, unknown>>;

/** What a record is written from. The members are drawn in the order in which they are served. */
export interface AgentFacts {
  readonly agent: number;
  readonly seed: number;
  /** When the agent was changed last, epoch ms. */
  readonly updated: number;
  readonly dice: Dice;
  readonly stamp: StampWriter;
  readonly apiKey: string;
}

/** The record of an agent. */
export function agentRecord(facts: AgentFacts): AgentRecord {
  const { agent, seed, dice, updated } = facts;
  const drawn = {
    ...facts,
    isActive: !dice.chance(0.05),
    login: `agent.${agent}`,
    created: Date.UTC(2019, 0, 1) + dice.below(1500) * dayMs + dice.below(24) * hourMs,
    revision: Math.floor(updated / dayMs),
    userId: userIdOf(seed, agent),
    sometimes: <Value>(probability: number, value: Value): Value | null =>
      dice.chance(probability) ? value : null,
  };
  return { ...personOf(drawn), ...employmentOf(drawn), ...settingsOf(drawn), ...defaultsOf(drawn) };
}

/** The UUID by which Media Playback names an agent. */
export function userIdOf(seed: number, agent: number): string {
  return uuidOf(seed, `agent-${agent}`);
}

interface Drawn extends AgentFacts {
  readonly isActive: boolean;
  readonly login: string;
  readonly created: number;
  readonly revision: number;
  readonly userId: string;
  readonly sometimes: <Value>(probability: number, value: Value) => Value | null;
}

function personOf({ agent, updated, isActive, login, stamp, sometimes, userId }: Drawn): AgentRecord {
  const team = agent % teamCatalogue.length;
  const supervisor = Math.floor(agent / 15) * 15;
  return {
    agentId: agentIdOf(agent),
    userName: `${login}@clinic.example`,
    firstName: firstNames[agent % firstNames.length],
    middleName: sometimes(0.2, 'Q'),
    lastName: lastNames[agent % lastNames.length],
    userId,
    emailAddress: `${login}@clinic.example`,
    isActive,
    teamId: teamCatalogue[team]?.id,
    teamName: teamCatalogue[team]?.name,
    // A string in one published schema and a number in another.
    reportToId: agent % 3 === 0 ? String(agentIdOf(supervisor)) : agentIdOf(supervisor),
    reportToName: `Supervisor ${supervisor}`,
    isSupervisor: agent === supervisor,
    lastLogin: sometimes(0.95, stamp(updated - 3 * hourMs)),
    lastUpdated: stamp(updated),
    location: sometimes(0.7, 'Building B'),
    custom1: sometimes(0.3, 'day shift'),
    custom2: null,
    custom3: null,
    custom4: null,
    custom5: '',
  };
}

function employmentOf({
  agent,
  dice,
  updated,
  revision,
  isActive,
  login,
  created,
  stamp,
  sometimes,
  apiKey,
}: Drawn): AgentRecord {
  return {
    internalId: sometimes(0.5, `E${10_000 + agent}`),
    profileId: 1 + (agent % 4),
    profileName: agent % 15 === 0 ? 'Supervisor' : 'Agent',
    timeZone: '(GMT-05:00) Eastern Time (US & Canada)',
    country: 'US',
    countryName: 'United States',
    state: sometimes(0.8, 'Ohio'),
    city: sometimes(0.8, 'Columbus'),
    chatRefusalTimeout: 45,
    phoneRefusalTimeout: 45,
    workItemRefusalTimeout: 45,
    defaultDialingPattern: 0,
    defaultDialingPatternName: 'NANP',
    useTeamMaxConcurrentChats: true,
    maxConcurrentChats: 3,
    notes: sometimes(0.1, `reviewed on day ${revision}`),
    createDate: stamp(created),
    inactiveDate: isActive ? null : stamp(updated),
    hireDate: sometimes(0.6, stamp(created)),
    terminationDate: null,
    hourlyCost: dice.below(4000) / 100,
    rehireStatus: false,
    employmentType: 1,
    employmentTypeName: 'Full-Time',
    referral: null,
    atHome: dice.chance(0.4),
    hiringSource: null,
    ntLoginName: null,
    scheduleNotification: 5,
    federatedId: sometimes(0.4, `${login}@idp.example`),
    useTeamEmailAutoParkingLimit: true,
    maxEmailAutoParkingLimit: 25,
    sipUser: null,
    systemUser: null,
    systemDomain: null,
    crmUserName: null,
    useAgentTimeZone: false,
    timeDisplayFormat: '12',
    sendEmailNotifications: false,
    apiKey,
    telephone1: null,
    telephone2: null,
  };
}

function settingsOf({ agent, seed, dice, revision, login }: Drawn): AgentRecord {
  return {
    userType: 'Agent',
    isWhatIfAgent: false,
    timeZoneOffset: '-05:00',
    requestContact: false,
    chatThreshold: 0,
    useTeamChatThreshold: true,
    emailThreshold: 0,
    customerCard: true,
    useTeamEmailThreshold: true,
    workItemThreshold: 0,
    useTeamWorkItemThreshold: true,
    locked: dice.chance(0.02),
    userNameDomain: 'clinic.example',
    combinedUserNameDomain: `${login}@clinic.example`,
    rowNumber: agent + 1,
    SmsThreshold: 0,
    UseTeamsmsThreshold: true,
    DigitalThreshold: 0,
    LoginAuthenticatorId: String(1 + (agent % 2)),
    UseTeamDigitalThreshold: true,
    contactAutoFocus: true,
    useTeamContactAutoFocus: true,
    useTeamRequestContact: true,
    voiceThreshold: 1,
    subject: null,
    issuer: null,
    useTeamVoiceThreshold: true,
    recordingNumbers: dice.chance(0.1) ? [{ number: String(7000 + agent) }] : [],
    isOpenIdProfileComplete: true,
    teamUuid: uuidOf(seed, `team-${agent % teamCatalogue.length}`),
    maxPreview: false,
    deliveryMode: 'Single',
    totalContactCount: 1 + (revision % 5),
  };
}

function defaultsOf({ agent, sometimes }: Drawn): AgentRecord {
  return {
    useTeamDeliveryModeSettings: true,
    emailRefusalTimeout: 45,
    voicemailRefusalTimeout: 45,
    isBillable: true,
    agentVoiceThreshold: 1,
    agentEmailThreshold: 0,
    agentWorkItemThreshold: 0,
    agentDeliveryMode: 'Single',
    agentTotalContactCount: 1,
    agentContactAutoFocus: true,
    smsRefusalTimeout: 45,
    agentRequestContact: false,
    agentMaxVersion: 0,
    AgentPhoneTimeout: 60,
    AgentPhoneTimeoutSeconds: 30,
    address1: null,
    address2: null,
    zipCode: null,
    noFixedAddress: false,
    DigitalRefusalTimeout: 45,
    agentCxaClientVersion: 0,
    agentCxaReleasePrevious: false,
    stateCode: sometimes(0.8, 'OH'),
    AgentIntegration: false,
    channelLock: false,
    DigitalEngagementEnabled: agent % 2 === 0,
    Teams_channel_Id: null,
    DivisionNo: 1,
    ACWEnabled: true,
    ACWRange: 60,
    IsDirectVoicemailTransferEnabled: false,
    AttendantUserStatus: 0,
  };
}
