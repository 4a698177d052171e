"""evaligo: CI/CD for LLM experiments with a release gate that can be defended statistically."""

__version__ = "0.1.0"
