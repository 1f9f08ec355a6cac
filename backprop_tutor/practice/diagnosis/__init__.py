"""Diagnosis: which mistake produces a wrong number, and which lines of a solution are right."""
