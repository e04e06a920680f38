import { agentOf } from './agent-id';
import { type AgentRecord, agentRecord, userIdOf } from './agent-record';
import { dayMs, type StampWriter } from '../data/calendar';
import type { Settings } from '../options';
import { Dice, fraction, hash } from '../data/random';

/** All agents of the tenant, computed on demand and kept. */
export type Agents = ReturnType<typeof createAgents>;

const agentDraws = 11;

/** Creates the agents. Every `apiKey` starts with the canary. */
export function createAgents(settings: Settings, stamp: StampWriter, keyCanary: string) {
  const { seed, agents: count } = settings;

  /** When the n-th agent was changed last before a moment, epoch ms; about once a month. */
  const lastUpdated = (agent: number, now: number): number => {
    const period = 20 * dayMs + Math.floor(fraction(seed, agent, agentDraws, 1) * 20) * dayMs;
    const phase = Math.floor(fraction(seed, agent, agentDraws, 2) * period);
    return Math.floor((now - phase) / period) * period + phase;
  };

  /** Which agent (0-based) an `agentId` or `userId` names; `undefined` for none. */
  const find = (reference: string): number | undefined => {
    if (/^\d+$/.test(reference)) {
      const agent = agentOf(Number(reference));
      return agent >= 0 && agent < count ? agent : undefined;
    }
    const wanted = reference.toLowerCase();
    for (let agent = 0; agent < count; agent++) if (userIdOf(seed, agent) === wanted) return agent;
    return undefined;
  };

  // Lists look at all agents for every page, and few of them have changed since.
  const kept = new Map<number, { readonly updated: number; readonly record: AgentRecord }>();
  /** The n-th agent (0-based) as it is at a moment (epoch ms). */
  const record = (agent: number, now: number): AgentRecord => {
    const updated = lastUpdated(agent, now);
    const known = kept.get(agent);
    if (known?.updated === updated) return known.record;
    const dice = new Dice(hash(seed, agent, agentDraws));
    const made = agentRecord({ agent, seed, stamp, updated, dice, apiKey: `${keyCanary}-${agent}` });
    kept.set(agent, { updated, record: made });
    return made;
  };

  return { count, record, lastUpdated, find };
}
