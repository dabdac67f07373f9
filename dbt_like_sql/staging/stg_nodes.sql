-- Grain: one row a node of the recipe (a stage, or one step of one round of a loop).
-- Inputs: build.nodes
-- Output: node, stage, kind, uses, turn, round, position, is_loop_end, is_final, score_column,
--   role (of its engine), most_requests (of one row)
{{ config(materialized='view') }}
select
  node,
  stage,
  kind,
  uses,
  cast(turn as integer) as turn,
  cast(round as integer) as round,
  cast(position as integer) as position,
  is_loop_end,
  is_final,
  nullif(score_column, '') as score_column,
  nullif(role, '') as role,
  most_requests
from {{ source('build', 'nodes') }}
