-- Grain: one row a rule, node (that is, round) and domain.
-- Inputs: stg_rules
-- Output: rule_key, rule, node, stage, turn, round, domain, passes, fails, abstains, evaluated,
--   fail_share (of the evaluated), example (a sentence of a failure)
-- A rule that abstains has not evaluated: abstentions never count as passes.
{{ config(materialized='table') }}
with counted as (
  select
    rule,
    node,
    stage,
    turn,
    round,
    domain,
    count(*) filter (where state = 'pass') as passes,
    count(*) filter (where state = 'fail') as fails,
    count(*) filter (where state not in ('pass', 'fail')) as abstains,
    min(sentence) filter (where state = 'fail') as example
  from {{ ref('stg_rules') }}
  group by rule, node, stage, turn, round, domain
)
select
  node || '|' || domain || '|' || rule as rule_key,
  rule,
  node,
  stage,
  turn,
  round,
  domain,
  passes,
  fails,
  abstains,
  passes + fails as evaluated,
  fails / nullif(passes + fails, 0) as fail_share,
  example
from counted
order by stage, turn, round, rule, domain
