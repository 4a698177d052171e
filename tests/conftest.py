"""Fixtures for all tests."""

from __future__ import annotations

from tests.support.postgres import database_url, empty_postgres_url, postgres_server, postgres_url

__all__ = ["database_url", "empty_postgres_url", "postgres_server", "postgres_url"]
