-- Grain: one row a rule that looked at a sample in one round.
-- Inputs: build.rules
-- Output: node, stage, turn, round, domain, sample_id, rule, state, sentence
{{ config(materialized='view') }}
select
  node,
  stage,
  cast(turn as integer) as turn,
  cast(round as integer) as round,
  domain,
  sample_id,
  rule,
  state,
  nullif(sentence, '') as sentence
from {{ source('build', 'rules') }}
