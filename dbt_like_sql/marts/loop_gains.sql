-- Grain: one row a domain, loop, score column, curve (raw or kept) and pair of refinements.
-- Inputs: stg_scores, stg_kept
-- Output: gain_key, domain, turn, stage, score_column, curve, from_k, to_k, pairs, mean, sd
-- `mean` is the mean change of one and the same sample from `from_k` to `to_k`, over the samples
-- with a number at both; yes-or-no columns have none. Paired, so neither who stops early nor how
-- samples differ among themselves moves it. Curves as in loop_scores.
{{ config(materialized='table') }}
with points as (
  select
    'raw' as curve,
    stage,
    turn,
    round - 1 as k,
    domain,
    sample_id,
    score_column,
    score
  from {{ ref('stg_scores') }}
  where score is not null and not is_flag
  union all
  select
    'kept' as curve,
    h.stage,
    h.turn,
    h.k,
    h.domain,
    h.sample_id,
    s.score_column,
    s.score
  from {{ ref('stg_kept') }} as h
  inner join {{ ref('stg_scores') }} as s
    on h.stage = s.stage and h.turn = s.turn and h.kept_round = s.round
    and h.domain = s.domain and h.sample_id = s.sample_id
  where s.score is not null and not s.is_flag
),
changes as (
  select
    a.domain,
    a.turn,
    a.stage,
    a.score_column,
    a.curve,
    a.k as from_k,
    b.k as to_k,
    b.score - a.score as change
  from points as a
  inner join points as b
    on a.curve = b.curve and a.stage = b.stage and a.turn = b.turn and a.domain = b.domain
    and a.sample_id = b.sample_id and a.score_column = b.score_column and a.k < b.k
)
select
  domain || '|' || turn || '|' || stage || '|' || score_column || '|' || curve || '|'
  || from_k || '|' || to_k as gain_key,
  domain,
  turn,
  stage,
  score_column,
  curve,
  from_k,
  to_k,
  count(*) as pairs,
  round(avg(change), 6) as mean,
  round(stddev_samp(change), 6) as sd
from changes
group by domain, turn, stage, score_column, curve, from_k, to_k
order by turn, stage, score_column, curve, domain, from_k, to_k
