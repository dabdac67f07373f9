-- Grain: one row a sample and loop that it left; none in a turn it does not have.
-- Inputs: build.judged
-- Output: node, stage, turn, position, domain, sample_id, is_accepted, stop_reason,
--   is_lost (went on after its last finished round, and failed or was rejected), best_round,
--   rounds, score
{{ config(materialized='view') }}
select
  node,
  stage,
  cast(turn as integer) as turn,
  cast(position as integer) as position,
  domain,
  sample_id,
  accepted as is_accepted,
  stop_reason,
  stop_reason not in ('accepted', 'no_suggestion', 'no_gain', 'max_rounds') as is_lost,
  cast(best_round as integer) as best_round,
  cast(rounds as integer) as rounds,
  score
from {{ source('build', 'judged') }}
where stop_reason is distinct from 'skipped'
