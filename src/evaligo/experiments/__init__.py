"""Experiments: a dataset's items through a target and its evaluators, paid for once."""
