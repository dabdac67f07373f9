-- Grain: one row a licence and source of seeds.
-- Inputs: stg_seeds, stg_samples
-- Output: coverage_key, licence, source, seeds, accepted, accepted_share, domains
{{ config(materialized='table') }}
with joined as (
  select
    s.licence,
    s.source,
    s.domain,
    s.sample_id,
    f.sample_id as final_id
  from {{ ref('stg_seeds') }} as s
  left join {{ ref('stg_samples') }} as f on s.sample_id = f.sample_id
)
select
  licence || '|' || source as coverage_key,
  licence,
  source,
  count(sample_id) as seeds,
  count(final_id) as accepted,
  count(final_id) / count(sample_id) as accepted_share,
  count(distinct domain) as domains
from joined
group by licence, source
order by licence, source
