"""What a client can do, one file a resource, for threads and for coroutines."""
