"""What to ask for what, apart from how it travels: one file a resource."""
