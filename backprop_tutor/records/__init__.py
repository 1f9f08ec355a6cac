"""Everything that becomes JSON or CSV."""
