"""Exports: whole lists in the formats of other tools, one module for each format.

An export reads a snapshot page by page and writes each page as it comes, so that neither of them is ever in memory as a
whole. A row is written alike wherever an export begins: one that was cut goes on after any row that came whole.
"""
