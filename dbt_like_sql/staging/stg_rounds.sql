-- Grain: one row a sample and round of a loop that it finished; none in a turn it does not have.
-- Inputs: build.rounds
-- Output: node, stage, turn, round, domain, sample_id, is_settled, is_accepted, stop_reason,
--   best_round, best_score (of the rounds so far), scores (JSON: column -> number)
{{ config(materialized='view') }}
select
  node,
  stage,
  cast(turn as integer) as turn,
  cast(round as integer) as round,
  domain,
  sample_id,
  loop_state = 'settled' as is_settled,
  coalesce(stop_reason, '') = 'accepted' as is_accepted,
  nullif(stop_reason, '') as stop_reason,
  cast(best_round as integer) as best_round,
  best_score,
  scores
from {{ source('build', 'rounds') }}
where stop_reason is distinct from 'skipped'
