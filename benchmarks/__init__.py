"""Measures newsfacts beside its peers; see benchmarks/README.md."""
