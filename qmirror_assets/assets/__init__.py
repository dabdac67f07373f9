"""Dagster assets from recipes. Only this package and `quality_checks` import Dagster."""
