"""What a client hands out: records that know where they came from."""
