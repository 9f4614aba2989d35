"""The store: tables, documents, lists, search and migrations. The only place that knows SQL."""
