"""Pairing, the choice of a method, the policies and the checks: what makes two runs a verdict."""
