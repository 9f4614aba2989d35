"""Curation: what people do to facts that are there already. Every verb works in the transaction of its writer."""
