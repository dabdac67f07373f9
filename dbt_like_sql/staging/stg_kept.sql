-- Grain: one row a sample of a loop and refinement k = 0, 1, ... up to the loop's last, also where
--   the sample had stopped before.
-- Inputs: stg_rounds, stg_nodes
-- Output: stage, turn, k, domain, sample_id, kept_round, kept_score
-- `kept_round` is what the loop would hand on if it ended after refinement k: the best round so
-- far. A sample that stopped earlier carries its own forward. Round = k + 1.
{{ config(materialized='view') }}
with ends as (
  select
    stage,
    turn,
    round
  from {{ ref('stg_nodes') }}
  where is_loop_end
),
reached as (
  select
    r.stage,
    r.turn,
    r.domain,
    r.sample_id,
    e.round as upto,
    max(r.round) as last_round
  from {{ ref('stg_rounds') }} as r
  inner join ends as e on r.stage = e.stage and r.turn = e.turn and r.round <= e.round
  group by r.stage, r.turn, r.domain, r.sample_id, e.round
)
select
  a.stage,
  a.turn,
  a.upto - 1 as k,
  a.domain,
  a.sample_id,
  r.best_round as kept_round,
  r.best_score as kept_score
from reached as a
inner join {{ ref('stg_rounds') }} as r
  on a.stage = r.stage and a.turn = r.turn and a.last_round = r.round
  and a.domain = r.domain and a.sample_id = r.sample_id
