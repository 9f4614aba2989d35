"""The seeds: two articles on the written answers to Russia, January 2022, and their fact sheets."""
