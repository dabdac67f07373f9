-- Grain: one row a domain, loop and refinement k; k = 0 is the first draft.
-- Inputs: stg_kept, stg_rounds, stg_judged, stg_rejections, stg_nodes, stg_requests, stg_attempts
-- Output: round_key, domain, turn, stage, k, samples, reached, accepted, no_suggestion, no_gain,
--   max_rounds, lost, failed, stopped_early, stopped_early_share, kept_mean, kept_scored, gain,
--   text_requests, judge_requests, image_requests, requests, gain_per_request, calls,
--   prompt_tokens, completion_tokens, engine_seconds, cost
-- `samples` finished the first draft; `reached` finished refinement k. Those from `accepted` to
-- `max_rounds` stopped after it; `lost` finished it, went on and failed in the next one.
-- `stopped_early` counts who has stopped content or without gain up to k while a refinement was
-- left. `kept_mean` is the loop's own score over all samples, each with its best round so far.
-- `requests` are what the rows stand on, cached or not; `calls` to `cost` are what engines did for
-- these nodes so far, earlier settings included.
{{ config(materialized='table') }}
with kept as (
  select
    stage,
    turn,
    k,
    domain,
    count(*) as samples,
    count(kept_score) as scored,
    avg(kept_score) as mean
  from {{ ref('stg_kept') }}
  group by stage, turn, k, domain
),
finished as (
  select
    stage,
    turn,
    round - 1 as k,
    domain,
    count(*) as reached,
    count(*) filter (where stop_reason = 'accepted') as accepted,
    count(*) filter (where stop_reason = 'no_suggestion') as no_suggestion,
    count(*) filter (where stop_reason = 'no_gain') as no_gain,
    count(*) filter (where stop_reason = 'max_rounds') as max_rounds
  from {{ ref('stg_rounds') }}
  group by stage, turn, round, domain
),
lost as (
  select
    stage,
    turn,
    rounds - 1 as k,
    domain,
    count(*) as lost
  from {{ ref('stg_judged') }}
  where is_lost
  group by stage, turn, rounds, domain
),
failed as (
  select
    n.stage,
    n.turn,
    n.round - 1 as k,
    r.domain,
    count(*) as failed
  from {{ ref('stg_rejections') }} as r
  inner join {{ ref('stg_nodes') }} as n on r.node = n.node
  where n.round > 0
  group by n.stage, n.turn, n.round, r.domain
),
asked as (
  select
    n.stage,
    n.turn,
    n.round - 1 as k,
    q.domain,
    coalesce(sum(q.requests) filter (where n.role = 'text'), 0) as text_requests,
    coalesce(sum(q.requests) filter (where n.role in ('vision', 'judge')), 0) as judge_requests,
    coalesce(sum(q.requests) filter (where n.role in ('image', 'text_to_image')), 0)
      as image_requests,
    sum(q.requests) as requests
  from {{ ref('stg_requests') }} as q
  inner join {{ ref('stg_nodes') }} as n on q.node = n.node
  where n.round > 0
  group by n.stage, n.turn, n.round, q.domain
),
spent as (
  select
    n.stage,
    n.turn,
    n.round - 1 as k,
    a.domain,
    count(*) as calls,
    sum(a.prompt_tokens) as prompt_tokens,
    sum(a.completion_tokens) as completion_tokens,
    sum(a.seconds) as engine_seconds,
    sum(a.cost) as cost
  from {{ ref('stg_attempts') }} as a
  inner join {{ ref('stg_nodes') }} as n on a.node = n.node
  where n.round > 0
  group by n.stage, n.turn, n.round, a.domain
),
joined as (
  select
    p.stage,
    p.turn,
    p.k,
    p.domain,
    p.samples,
    p.scored,
    p.mean,
    coalesce(f.reached, 0) as reached,
    coalesce(f.accepted, 0) as accepted,
    coalesce(f.no_suggestion, 0) as no_suggestion,
    coalesce(f.no_gain, 0) as no_gain,
    coalesce(f.max_rounds, 0) as max_rounds,
    coalesce(l.lost, 0) as lost,
    coalesce(x.failed, 0) as failed,
    coalesce(q.text_requests, 0) as text_requests,
    coalesce(q.judge_requests, 0) as judge_requests,
    coalesce(q.image_requests, 0) as image_requests,
    coalesce(q.requests, 0) as requests,
    coalesce(s.calls, 0) as calls,
    coalesce(s.prompt_tokens, 0) as prompt_tokens,
    coalesce(s.completion_tokens, 0) as completion_tokens,
    coalesce(s.engine_seconds, 0) as engine_seconds,
    coalesce(s.cost, 0) as cost,
    p.k = max(p.k) over (partition by p.stage, p.turn) as is_last
  from kept as p
  left join finished as f
    on p.stage = f.stage and p.turn = f.turn and p.k = f.k and p.domain = f.domain
  left join lost as l
    on p.stage = l.stage and p.turn = l.turn and p.k = l.k and p.domain = l.domain
  left join failed as x
    on p.stage = x.stage and p.turn = x.turn and p.k = x.k and p.domain = x.domain
  left join asked as q
    on p.stage = q.stage and p.turn = q.turn and p.k = q.k and p.domain = q.domain
  left join spent as s
    on p.stage = s.stage and p.turn = s.turn and p.k = s.k and p.domain = s.domain
),
counted as (
  select
    *,
    sum(case when is_last then 0 else accepted + no_suggestion + no_gain end)
      over (partition by stage, turn, domain order by k) as stopped,
    mean - lag(mean) over (partition by stage, turn, domain order by k) as step
  from joined
)
select
  domain || '|' || turn || '|' || stage || '|' || k as round_key,
  domain,
  turn,
  stage,
  k,
  samples,
  reached,
  accepted,
  no_suggestion,
  no_gain,
  max_rounds,
  lost,
  failed,
  cast(stopped as bigint) as stopped_early,
  stopped / samples as stopped_early_share,
  round(mean, 6) as kept_mean,
  scored as kept_scored,
  round(step, 6) as gain,
  cast(text_requests as bigint) as text_requests,
  cast(judge_requests as bigint) as judge_requests,
  cast(image_requests as bigint) as image_requests,
  cast(requests as bigint) as requests,
  round(step * samples / nullif(requests, 0), 6) as gain_per_request,
  calls,
  cast(prompt_tokens as bigint) as prompt_tokens,
  cast(completion_tokens as bigint) as completion_tokens,
  round(engine_seconds, 6) as engine_seconds,
  round(cost, 9) as cost
from counted
order by turn, stage, domain, k
