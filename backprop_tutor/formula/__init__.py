"""Formulas as they are written: the tree, the language it is read from, its printers, its values, its derivatives."""
