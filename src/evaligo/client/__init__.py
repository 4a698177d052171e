"""Ways into evaligo from another program: the pytest plugin."""
