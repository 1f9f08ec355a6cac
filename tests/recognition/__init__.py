"""How often a mistake is recognised: corpora made as people ask, and random slips, each with its own arithmetic."""
