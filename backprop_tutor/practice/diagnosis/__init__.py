"""Which mistake makes a wrong number, and which lines of a solution are right."""
