"""The manual: its reference parts are written from the tables, its calls run."""
