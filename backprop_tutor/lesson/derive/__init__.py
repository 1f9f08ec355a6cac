"""Derivations of the derivatives that lessons use."""
