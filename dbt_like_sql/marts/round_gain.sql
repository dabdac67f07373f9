-- Grain: one row a round of a loop, all domains together.
-- Inputs: stg_rounds, stg_judged, stg_rejections, stg_nodes
-- Output: round_key, stage, turn, round, active, failed, accepted, no_suggestion, no_gain,
--   max_rounds, lost, accepted_so_far, scored_so_far, mean_best_score, gain
-- `active` finished the round; `failed` did not (engine, parsing, drawing, a step's own rule);
-- `lost` finished it, went on and failed in the next one. `mean_best_score` is over every sample
-- that has finished a round by then, settled ones with the score they kept.
{{ config(materialized='table') }}
with finished as (
  select
    stage,
    turn,
    round,
    count(*) as active,
    count(*) filter (where stop_reason = 'accepted') as accepted,
    count(*) filter (where stop_reason = 'no_suggestion') as no_suggestion,
    count(*) filter (where stop_reason = 'no_gain') as no_gain,
    count(*) filter (where stop_reason = 'max_rounds') as max_rounds,
    count(best_score) as scored,
    coalesce(sum(best_score), 0) as total,
    count(best_score) filter (where is_settled) as settled_scored,
    coalesce(sum(best_score) filter (where is_settled), 0) as settled_total
  from {{ ref('stg_rounds') }}
  group by stage, turn, round
),
lost as (
  select
    stage,
    turn,
    rounds as round,
    count(*) as lost,
    count(score) as scored,
    coalesce(sum(score), 0) as total
  from {{ ref('stg_judged') }}
  where is_lost
  group by stage, turn, rounds
),
failed as (
  select
    n.stage,
    n.turn,
    n.round,
    count(*) as failed
  from {{ ref('stg_rejections') }} as r
  inner join {{ ref('stg_nodes') }} as n on r.node = n.node
  where n.round > 0
  group by n.stage, n.turn, n.round
),
joined as (
  select
    f.stage,
    f.turn,
    f.round,
    f.active,
    coalesce(x.failed, 0) as failed,
    f.accepted,
    f.no_suggestion,
    f.no_gain,
    f.max_rounds,
    coalesce(l.lost, 0) as lost,
    f.scored,
    f.total,
    f.settled_scored + coalesce(l.scored, 0) as left_scored,
    f.settled_total + coalesce(l.total, 0) as left_total
  from finished as f
  left join lost as l on f.stage = l.stage and f.turn = l.turn and f.round = l.round
  left join failed as x on f.stage = x.stage and f.turn = x.turn and f.round = x.round
),
so_far as (
  select
    stage,
    turn,
    round,
    active,
    failed,
    accepted,
    no_suggestion,
    no_gain,
    max_rounds,
    lost,
    sum(accepted) over (partition by stage, turn order by round) as accepted_so_far,
    -- who left in an earlier round = all who left up to here, less those of this round
    scored + sum(left_scored) over (partition by stage, turn order by round)
    - left_scored as scored_so_far,
    total + sum(left_total) over (partition by stage, turn order by round)
    - left_total as total_so_far
  from joined
),
means as (
  select
    stage,
    turn,
    round,
    active,
    failed,
    accepted,
    no_suggestion,
    no_gain,
    max_rounds,
    lost,
    cast(accepted_so_far as bigint) as accepted_so_far,
    cast(scored_so_far as bigint) as scored_so_far,
    total_so_far / nullif(scored_so_far, 0) as mean_best
  from so_far
)
select
  stage || '|' || turn || '|' || round as round_key,
  stage,
  turn,
  round,
  active,
  failed,
  accepted,
  no_suggestion,
  no_gain,
  max_rounds,
  lost,
  accepted_so_far,
  scored_so_far,
  round(mean_best, 6) as mean_best_score,
  round(mean_best - lag(mean_best) over (partition by stage, turn order by round), 6) as gain
from means
order by stage, turn, round
