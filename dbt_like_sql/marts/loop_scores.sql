-- Grain: one row a domain, loop, refinement k and numeric or yes-or-no column of the loop.
-- Inputs: stg_scores, stg_kept
-- Output: score_key, domain, turn, stage, k, score_column, is_flag, reached, raw_scored, raw_mean,
--   raw_sd, samples, kept_scored, kept_mean, kept_sd
-- Two curves over k. Raw: the rows of refinement k itself, whoever reached it. Kept: all samples,
-- each with its best round up to k; one that stopped earlier carries its own forward. `_scored`
-- are the rows with a number (a judge may abstain), `_sd` the sample standard deviation.
{{ config(materialized='table') }}
with raw_rows as (
  select
    stage,
    turn,
    round - 1 as k,
    domain,
    score_column,
    bool_or(is_flag) as is_flag,
    count(*) as reached,
    count(score) as scored,
    avg(score) as mean,
    stddev_samp(score) as sd
  from {{ ref('stg_scores') }}
  group by stage, turn, round, domain, score_column
),
kept_rows as (
  select
    h.stage,
    h.turn,
    h.k,
    h.domain,
    s.score_column,
    bool_or(s.is_flag) as is_flag,
    count(*) as samples,
    count(s.score) as scored,
    avg(s.score) as mean,
    stddev_samp(s.score) as sd
  from {{ ref('stg_kept') }} as h
  inner join {{ ref('stg_scores') }} as s
    on h.stage = s.stage and h.turn = s.turn and h.kept_round = s.round
    and h.domain = s.domain and h.sample_id = s.sample_id
  group by h.stage, h.turn, h.k, h.domain, s.score_column
)
select
  h.domain || '|' || h.turn || '|' || h.stage || '|' || h.k || '|' || h.score_column as score_key,
  h.domain,
  h.turn,
  h.stage,
  h.k,
  h.score_column,
  h.is_flag,
  coalesce(r.reached, 0) as reached,
  coalesce(r.scored, 0) as raw_scored,
  round(r.mean, 6) as raw_mean,
  round(r.sd, 6) as raw_sd,
  h.samples,
  h.scored as kept_scored,
  round(h.mean, 6) as kept_mean,
  round(h.sd, 6) as kept_sd
from kept_rows as h
left join raw_rows as r
  on h.stage = r.stage and h.turn = r.turn and h.k = r.k and h.domain = r.domain
  and h.score_column = r.score_column
order by h.turn, h.stage, h.score_column, h.domain, h.k
