import { agentIdOf, agentOf } from './agent-id';
import type { StampWriter } from '../data/calendar';
import { DAY, HOUR } from '../data/calendar';
import { FIRST_NAMES, LAST_NAMES, TEAMS } from '../data/catalogue';
import { uuidOf } from '../auth/credentials';
import type { Settings } from '../options';
import { Dice, fraction, hash } from '../data/random';

/** An agent as `/agents` serves it: a flat object with the API's own, uneven casing (contract §3.2). */
export type AgentRecord = Readonly<Record<string, unknown>>;

/** All agents of the tenant, computed on demand. */
export interface Agents {
  readonly count: number;
  /** The n-th agent (0-based) as it is at a moment (epoch ms). */
  record(agent: number, now: number): AgentRecord;
  /** When the n-th agent was changed last before a moment, epoch ms; about once a month. */
  lastUpdated(agent: number, now: number): number;
  /** Which agent (0-based) an `agentId` or `userId` names; `undefined` for none. */
  find(reference: string): number | undefined;
}

const AGENT = 11;

/** Creates the agents. Every `apiKey` starts with the canary. */
export function createAgents(settings: Settings, stamp: StampWriter, keyCanary: string): Agents {
  const { seed, agents: count } = settings;

  const lastUpdated = (agent: number, now: number): number => {
    const period = 20 * DAY + Math.floor(fraction(seed, agent, AGENT, 1) * 20) * DAY;
    const phase = Math.floor(fraction(seed, agent, AGENT, 2) * period);
    return Math.floor((now - phase) / period) * period + phase;
  };

  const userIdOf = (agent: number): string => uuidOf(seed, `agent-${agent}`);

  const find = (reference: string): number | undefined => {
    if (/^\d+$/.test(reference)) {
      const agent = agentOf(Number(reference));
      return agent >= 0 && agent < count ? agent : undefined;
    }
    for (let agent = 0; agent < count; agent++) if (userIdOf(agent) === reference.toLowerCase()) return agent;
    return undefined;
  };

  const record = (agent: number, now: number): AgentRecord => {
    const dice = new Dice(hash(seed, agent, AGENT));
    const sometimes = <Value>(probability: number, value: Value): Value | null =>
      dice.chance(probability) ? value : null;
    const updated = lastUpdated(agent, now);
    const revision = Math.floor(updated / DAY);
    const team = agent % TEAMS.length;
    const supervisor = Math.floor(agent / 15) * 15;
    const isActive = !dice.chance(0.05);
    const first = FIRST_NAMES[agent % FIRST_NAMES.length] as string;
    const last = LAST_NAMES[agent % LAST_NAMES.length] as string;
    const login = `agent.${agent}`;
    const created = Date.UTC(2019, 0, 1) + dice.below(1500) * DAY + dice.below(24) * HOUR;
    return {
      agentId: agentIdOf(agent),
      userName: `${login}@clinic.example`,
      firstName: first,
      middleName: sometimes(0.2, 'Q'),
      lastName: last,
      userId: userIdOf(agent),
      emailAddress: `${login}@clinic.example`,
      isActive,
      teamId: TEAMS[team]?.id,
      teamName: TEAMS[team]?.name,
      // A string in one published schema and a number in another.
      reportToId: agent % 3 === 0 ? String(agentIdOf(supervisor)) : agentIdOf(supervisor),
      reportToName: `Supervisor ${supervisor}`,
      isSupervisor: agent === supervisor,
      lastLogin: sometimes(0.95, stamp(updated - 3 * HOUR)),
      lastUpdated: stamp(updated),
      location: sometimes(0.7, 'Building B'),
      custom1: sometimes(0.3, 'day shift'),
      custom2: null,
      custom3: null,
      custom4: null,
      custom5: '',
      internalId: sometimes(0.5, `E${10_000 + agent}`),
      profileId: 1 + (agent % 4),
      profileName: agent === supervisor ? 'Supervisor' : 'Agent',
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
      apiKey: `${keyCanary}-${agent}`,
      telephone1: null,
      telephone2: null,
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
      teamUuid: uuidOf(seed, `team-${team}`),
      maxPreview: false,
      deliveryMode: 'Single',
      totalContactCount: 1 + (revision % 5),
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
  };

  return { count, record, lastUpdated, find };
}
