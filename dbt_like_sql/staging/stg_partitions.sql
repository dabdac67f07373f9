-- Grain: one row a node and domain that is built; rows_in = rows_out + rejected + duplicates.
-- Inputs: build.partitions
-- Output: partition_key, node, domain, rows_in, rows_out, rejected, duplicates, settled,
--   is_partial, data_version
{{ config(materialized='view') }}
select
  node || '|' || domain as partition_key,
  node,
  domain,
  rows_in,
  rows_out,
  rejected,
  duplicates,
  settled,
  partial as is_partial,
  data_version
from {{ source('build', 'partitions') }}
