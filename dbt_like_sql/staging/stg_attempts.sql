-- Grain: one row an execution of an action by an engine; answers of the cache make none.
-- Inputs: run.attempts
-- Output: attempt_id, action_key, node, domain, sample_id, run_id, role, outcome, is_failure,
--   tries, prompt_tokens, completion_tokens, seconds, cost, finished_at
{{ config(materialized='view') }}
select
  id as attempt_id,
  action_key,
  node,
  domain,
  sample_id,
  run_id,
  role,
  outcome,
  outcome <> 'ok' as is_failure,
  cast(tries as integer) as tries,
  prompt_tokens,
  completion_tokens,
  seconds,
  cost,
  to_timestamp(unix_seconds) as finished_at
from {{ source('run', 'attempts') }}
