-- Grain: one row a final sample.
-- Inputs: stg_samples, stg_judged, stg_seeds
-- Output: sample_id, domain, licence, source, family, language, loops, rounds, best_round,
--   stop_reason, is_loop_accepted, score, writer, scalars
-- `rounds` counts all loops; best round, stop reason and score are of the last one. A recipe
-- without a loop has no rounds, and its score is the sample's own column `score`, if any.
{{ config(materialized='table') }}
with loops as (
  select
    sample_id,
    count(*) as loops,
    sum(rounds) as rounds,
    arg_max(best_round, position) as best_round,
    arg_max(stop_reason, position) as stop_reason,
    arg_max(is_accepted, position) as is_accepted,
    arg_max(score, position) as score
  from {{ ref('stg_judged') }}
  group by sample_id
)
select
  f.sample_id,
  f.domain,
  s.licence,
  s.source,
  s.family,
  s.language,
  coalesce(l.loops, 0) as loops,
  cast(coalesce(l.rounds, 0) as bigint) as rounds,
  l.best_round,
  l.stop_reason,
  l.is_accepted as is_loop_accepted,
  coalesce(l.score, try_cast(json_extract_string(f.scalars, '$.score') as double)) as score,
  json_extract_string(f.scalars, '$.writer') as writer,
  f.scalars
from {{ ref('stg_samples') }} as f
left join loops as l on f.sample_id = l.sample_id
left join {{ ref('stg_seeds') }} as s on f.sample_id = s.sample_id
order by f.sample_id
