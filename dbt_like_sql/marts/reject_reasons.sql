-- Grain: one row a reason, stage and domain (quarantined seed rows: domain 'quarantine').
-- Inputs: stg_rejections, stg_nodes, stg_judged
-- Output: reject_key, stage, domain, reason, is_duplicate, rejections, samples, settled_anyway,
--   example
-- `settled_anyway` are rejections inside a loop whose sample keeps its best earlier round.
{{ config(materialized='table') }}
with placed as (
  select
    n.stage,
    r.domain,
    r.reason,
    r.is_duplicate,
    r.sample_id,
    r.detail,
    j.sample_id is not null as is_settled
  from {{ ref('stg_rejections') }} as r
  inner join {{ ref('stg_nodes') }} as n on r.node = n.node
  left join {{ ref('stg_judged') }} as j
    on n.stage = j.stage and n.turn = j.turn and r.sample_id = j.sample_id
)
select
  stage || '|' || domain || '|' || reason as reject_key,
  stage,
  domain,
  reason,
  is_duplicate,
  count(*) as rejections,
  count(distinct sample_id) as samples,
  count(*) filter (where is_settled) as settled_anyway,
  min(detail) as example
from placed
group by stage, domain, reason, is_duplicate
order by stage, domain, reason
