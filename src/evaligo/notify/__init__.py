"""Notifications: which rules an event meets, what is said of it, and the channels that carry it."""
