-- Grain: one row a rejection; a quarantined seed row never got a sample id.
-- Inputs: build.rejections
-- Output: node, domain, sample_id, reason, detail, is_duplicate
{{ config(materialized='view') }}
select
  node,
  domain,
  nullif(sample_id, '') as sample_id,
  reason,
  detail,
  reason in ('duplicate_seed', 'near_duplicate') as is_duplicate
from {{ source('build', 'rejections') }}
