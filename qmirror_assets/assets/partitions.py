"""Partitions: `domain` for all stages, `version` only at the end, both dynamic and append-only."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import dagster as dg
from dagster._utils.warnings import BetaWarning

DOMAIN, VERSION = "domain", "version"


@dataclass(frozen=True, slots=True)
class Partitions:
    """The partition definitions of one dataset."""

    dataset: str

    @property
    def domain_name(self) -> str:
        """Name under which Dagster keeps the dataset's domains."""
        return f"{self.dataset}_domains"

    @property
    def version_name(self) -> str:
        """Name under which Dagster keeps the dataset's versions."""
        return f"{self.dataset}_versions"

    @property
    def domains(self) -> dg.DynamicPartitionsDefinition:
        """One partition a domain."""
        return dg.DynamicPartitionsDefinition(name=self.domain_name)

    @property
    def versions(self) -> dg.DynamicPartitionsDefinition:
        """One partition a version."""
        return dg.DynamicPartitionsDefinition(name=self.version_name)

    @property
    def snapshots(self) -> dg.MultiPartitionsDefinition:
        """One partition a (domain, version)."""
        return dg.MultiPartitionsDefinition({DOMAIN: self.domains, VERSION: self.versions})


def to_dimension(dimension: str) -> dg.PartitionMapping:
    """Mapping between a single dimension and the (domain, version) grid."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", BetaWarning)  # the mapping is what we pin Dagster for
        return dg.MultiToSingleDimensionPartitionMapping(partition_dimension_name=dimension)


def register(instance: dg.DagsterInstance, name: str, keys: list[str]) -> None:
    """Add partition keys that are not there yet."""
    there = set(instance.get_dynamic_partitions(name))
    new = [key for key in keys if key not in there]
    if new:
        instance.add_dynamic_partitions(name, new)


def asset_key(dataset: str, node: str) -> dg.AssetKey:
    """Asset key of a node: dataset, then the node's path."""
    return dg.AssetKey([dataset, *node.split("/")])
