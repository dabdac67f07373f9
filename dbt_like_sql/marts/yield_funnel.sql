-- Grain: one row a node and domain, in build order.
-- Inputs: stg_partitions, stg_nodes
-- Output: funnel_key, node, stage, kind, turn, round, position, domain, rows_in, rows_out,
--   rejected, duplicates, settled, waiting, alive, seeds, share_alive
-- `waiting` are samples of a loop that stopped before this node: those that settled in an earlier
-- round, and those that failed in round 2 or later and keep their best round. They come back in
-- the loop's judged node, so `alive` = rows_out + waiting.
{{ config(materialized='table') }}
with placed as (
  select
    p.partition_key,
    p.node,
    n.stage,
    n.kind,
    n.turn,
    n.round,
    n.position,
    p.domain,
    p.rows_in,
    p.rows_out,
    p.rejected,
    p.duplicates,
    p.settled,
    case when n.kind = 'rows' and n.round > 1 then p.settled + p.rejected else 0 end as stopped
  from {{ ref('stg_partitions') }} as p
  inner join {{ ref('stg_nodes') }} as n on p.node = n.node
),
running as (
  select
    partition_key,
    node,
    stage,
    kind,
    turn,
    round,
    position,
    domain,
    rows_in,
    rows_out,
    rejected,
    duplicates,
    settled,
    sum(stopped) over (
      partition by domain, stage, turn, kind
      order by position
      rows between unbounded preceding and current row
    ) as waiting
  from placed
),
seeds as (
  select
    domain,
    rows_out as seeds
  from placed
  where position = 0
)
select
  r.partition_key as funnel_key,
  r.node,
  r.stage,
  r.kind,
  r.turn,
  r.round,
  r.position,
  r.domain,
  r.rows_in,
  r.rows_out,
  r.rejected,
  r.duplicates,
  r.settled,
  cast(r.waiting as bigint) as waiting,
  cast(r.rows_out + r.waiting as bigint) as alive,
  s.seeds,
  (r.rows_out + r.waiting) / nullif(s.seeds, 0) as share_alive
from running as r
left join seeds as s on r.domain = s.domain
order by r.position, r.domain
