-- Grain: one row a numeric column of a loop, round, and whether the round was accepted.
-- Inputs: stg_scores
-- Output: score_key, stage, turn, round, score_column, is_accepted, samples, finite, finite_share,
--   mean, sd, minimum, p05, p25, median, p75, p95, maximum
-- Statistics are over finite values; a yes-or-no column counts as 1 and 0. Rounded to 6 places,
-- because sums of floating-point numbers depend on the order of the rows in the last ones.
{{ config(materialized='table') }}
with summed as (
  select
    stage,
    turn,
    round,
    score_column,
    is_accepted,
    count(*) as samples,
    count(score) as finite,
    avg(score) as mean,
    stddev_samp(score) as sd,
    min(score) as minimum,
    quantile_cont(score, [0.05, 0.25, 0.5, 0.75, 0.95]) as quantiles,
    max(score) as maximum
  from {{ ref('stg_scores') }}
  group by stage, turn, round, score_column, is_accepted
)
select
  stage || '|' || turn || '|' || round || '|' || score_column || '|' || is_accepted as score_key,
  stage,
  turn,
  round,
  score_column,
  is_accepted,
  samples,
  finite,
  finite / samples as finite_share,
  round(mean, 6) as mean,
  round(sd, 6) as sd,
  minimum,
  round(quantiles[1], 6) as p05,
  round(quantiles[2], 6) as p25,
  round(quantiles[3], 6) as median,
  round(quantiles[4], 6) as p75,
  round(quantiles[5], 6) as p95,
  maximum
from summed
order by stage, turn, round, score_column, is_accepted
