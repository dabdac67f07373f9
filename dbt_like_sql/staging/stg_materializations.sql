-- Grain: one row a materialization of a node and domain that did any work.
-- Inputs: run.materializations
-- Output: materialization_id, node, domain, manifest, run_id, rows_reused, cache_hits, calls,
--   shared_calls, failures, prompt_tokens, completion_tokens, cost, engine_seconds, seconds,
--   finished_at
{{ config(materialized='view') }}
select
  id as materialization_id,
  node,
  domain,
  manifest,
  run_id,
  rows_reused,
  hits as cache_hits,
  calls,
  shared as shared_calls,
  failures,
  prompt_tokens,
  completion_tokens,
  cost,
  engine_seconds,
  seconds,
  to_timestamp(unix_seconds) as finished_at
from {{ source('run', 'materializations') }}
