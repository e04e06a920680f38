/**
 * What rules and dashboards may rely on: names on a worker's Prometheus endpoint, with the labels they have there.
 * test/e2e/metrics.test.ts compares this list with a worker's real `/metrics`, test/unit/ops/alerts.test.ts the rules
 * with this list.
 */
export const ownMetrics: Readonly<Record<string, readonly string[]>> = {
  cxone_watermark_lag_seconds: ['tenant'],
  cxone_clock_error_seconds: ['tenant', 'clock'],
  cxone_windows: ['tenant', 'status'],
  cxone_parked_runs: ['tenant', 'code'],
  cxone_tenant_misconfigured: ['tenant'],
  cxone_gaps: ['tenant', 'reason', 'state'],
  cxone_extraction_days: ['tenant', 'dataset', 'status'],
  cxone_recordings: ['tenant', 'status'],
  cxone_figures_read_timestamp_seconds: [],
  cxone_activity_late_attempts_total: ['activity'],
  cxone_hung_steps: ['activity'],
  cxone_stuck_sessions_ended_total: [],
  cxone_requests_total: ['tenant', 'family', 'status'],
  cxone_request_duration_seconds: ['tenant', 'family'],
  cxone_throttled_total: ['tenant', 'family'],
  cxone_quota_waits_total: ['tenant', 'family'],
  cxone_quota_used_ratio: ['tenant', 'family'],
  cxone_quota_pace_ratio: ['tenant', 'family'],
  cxone_event_loop_delay_max_seconds: [],
  cxone_event_loop_delay_p99_seconds: [],
};

/** Of the many that Temporal's SDK adds, those that our rules use. */
export const sdkMetrics: Readonly<Record<string, readonly string[]>> = {
  temporal_num_pollers: ['task_queue', 'poller_type'],
  temporal_worker_task_slots_available: ['task_queue', 'worker_type'],
  temporal_workflow_task_execution_failed_total: ['task_queue', 'workflow_type', 'failure_reason'],
  temporal_activity_succeed_endtoend_latency_seconds_count: ['task_queue', 'activity_type'],
};

/** Of Temporal's server 1.31.2, on its own endpoint (common/metrics/metric_defs.go). */
export const serverMetrics: Readonly<Record<string, readonly string[]>> = {
  schedule_missed_catchup_window: ['namespace'],
};
