-- Grain: one row a sample, finished round of a loop and numeric or yes-or-no column of the loop.
-- Inputs: stg_rounds
-- Output: stage, turn, round, domain, sample_id, is_accepted, score_column, score, is_flag
-- `score` is null where the round has no finite number: a judge that abstained or was not asked.
-- A yes-or-no column (`is_flag`) counts as 1 and 0.
{{ config(materialized='view') }}
with entries as (
  select
    stage,
    turn,
    round,
    domain,
    sample_id,
    is_accepted,
    unnest(map_entries(from_json(scores, '"MAP(VARCHAR, VARCHAR)"'))) as entry
  from {{ ref('stg_rounds') }}
)
select
  stage,
  turn,
  round,
  domain,
  sample_id,
  is_accepted,
  entry['key'] as score_column,
  case entry['value']
    when 'true' then 1.0
    when 'false' then 0.0
    else try_cast(entry['value'] as double)
  end as score,
  coalesce(entry['value'] in ('true', 'false'), false) as is_flag
from entries
