const firstAgentId = 14_700_001;

/** The `agentId` of the n-th agent (0-based). */
export function agentIdOf(agent: number): number {
  return firstAgentId + agent;
}

/** Which agent (0-based) an `agentId` belongs to; out of range or no integer when it is none of ours. */
export function agentOf(agentId: number): number {
  return agentId - firstAgentId;
}
