"""A course over the bundled scenarios: units as data, and questions that are the quiz's own."""
