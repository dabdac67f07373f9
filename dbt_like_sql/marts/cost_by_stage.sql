-- Grain: one row a node (stage, or step of a round), all domains and runs together.
-- Inputs: stg_attempts, stg_materializations, stg_nodes
-- Output: node, stage, turn, round, position, materializations, calls, tries, cache_hits,
--   shared_calls, hit_share, prompt_tokens, completion_tokens, engine_seconds, wall_seconds, cost,
--   failures, rate_limited, server_errors, timeouts, resets, unusable_replies, refusals,
--   cut_replies, content_filtered, bad_requests, render_errors, engine_errors
-- Tokens, seconds and cost are of calls that were made: an answer of the cache costs nothing and
-- adds nothing. Nodes that the recipe no longer has keep their row, without a position.
{{ config(materialized='table') }}
with made as (
  select
    node,
    count(*) as calls,
    sum(tries) as tries,
    sum(prompt_tokens) as prompt_tokens,
    sum(completion_tokens) as completion_tokens,
    sum(seconds) as engine_seconds,
    sum(cost) as cost,
    count(*) filter (where is_failure) as failures,
    count(*) filter (where outcome = 'rate_limited') as rate_limited,
    count(*) filter (where outcome = 'server_error') as server_errors,
    count(*) filter (where outcome = 'timeout') as timeouts,
    count(*) filter (where outcome = 'reset') as resets,
    count(*) filter (where outcome = 'garbage') as unusable_replies,
    count(*) filter (where outcome = 'refusal') as refusals,
    count(*) filter (where outcome = 'length') as cut_replies,
    count(*) filter (where outcome = 'content_filter') as content_filtered,
    count(*) filter (where outcome = 'bad_request') as bad_requests,
    count(*) filter (where outcome = 'render_error') as render_errors,
    count(*) filter (where outcome = 'engine_error') as engine_errors
  from {{ ref('stg_attempts') }}
  group by node
),
worked as (
  select
    node,
    count(*) as materializations,
    sum(cache_hits) as cache_hits,
    sum(shared_calls) as shared_calls,
    sum(seconds) as wall_seconds
  from {{ ref('stg_materializations') }}
  group by node
),
spent as (
  select
    coalesce(m.node, w.node) as node,
    coalesce(w.materializations, 0) as materializations,
    coalesce(m.calls, 0) as calls,
    cast(coalesce(m.tries, 0) as bigint) as tries,
    cast(coalesce(w.cache_hits, 0) as bigint) as cache_hits,
    cast(coalesce(w.shared_calls, 0) as bigint) as shared_calls,
    cast(coalesce(m.prompt_tokens, 0) as bigint) as prompt_tokens,
    cast(coalesce(m.completion_tokens, 0) as bigint) as completion_tokens,
    coalesce(m.engine_seconds, 0) as engine_seconds,
    coalesce(w.wall_seconds, 0) as wall_seconds,
    coalesce(m.cost, 0) as cost,
    coalesce(m.failures, 0) as failures,
    coalesce(m.rate_limited, 0) as rate_limited,
    coalesce(m.server_errors, 0) as server_errors,
    coalesce(m.timeouts, 0) as timeouts,
    coalesce(m.resets, 0) as resets,
    coalesce(m.unusable_replies, 0) as unusable_replies,
    coalesce(m.refusals, 0) as refusals,
    coalesce(m.cut_replies, 0) as cut_replies,
    coalesce(m.content_filtered, 0) as content_filtered,
    coalesce(m.bad_requests, 0) as bad_requests,
    coalesce(m.render_errors, 0) as render_errors,
    coalesce(m.engine_errors, 0) as engine_errors
  from made as m
  full outer join worked as w on m.node = w.node
)
select
  s.node,
  coalesce(n.stage, split_part(s.node, '/', 1)) as stage,
  n.turn,
  n.round,
  n.position,
  s.materializations,
  s.calls,
  s.tries,
  s.cache_hits,
  s.shared_calls,
  s.cache_hits / nullif(s.cache_hits + s.calls, 0) as hit_share,
  s.prompt_tokens,
  s.completion_tokens,
  round(s.engine_seconds, 6) as engine_seconds,
  round(s.wall_seconds, 6) as wall_seconds,
  round(s.cost, 9) as cost,
  s.failures,
  s.rate_limited,
  s.server_errors,
  s.timeouts,
  s.resets,
  s.unusable_replies,
  s.refusals,
  s.cut_replies,
  s.content_filtered,
  s.bad_requests,
  s.render_errors,
  s.engine_errors
from spent as s
left join {{ ref('stg_nodes') }} as n on s.node = n.node
order by n.position nulls last, s.node
