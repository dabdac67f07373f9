-- Grain: one row a node of a loop and domain that is built.
-- Inputs: build.requests
-- Output: node, domain, rows, requests
-- `requests` are what the rows that are there now stand on, answered by an engine or by the cache;
-- rejected rows are among them. Executions, with those of earlier settings: stg_attempts.
{{ config(materialized='view') }}
select
  node,
  domain,
  rows,
  requests
from {{ source('build', 'requests') }}
