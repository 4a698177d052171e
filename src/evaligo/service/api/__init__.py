"""The routes, one file a resource: parse, call a use case, answer."""
