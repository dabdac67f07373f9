-- Grain: one row a final sample.
-- Inputs: build.samples
-- Output: sample_id, domain, scalars (JSON: numbers and short texts of the sample)
{{ config(materialized='view') }}
select
  sample_id,
  domain,
  scalars
from {{ source('build', 'samples') }}
