"""`python -m evaligo` is the command `evaligo`."""

from evaligo.cli import evaligo

evaligo()
