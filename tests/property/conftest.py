from hypothesis import settings

# The first example imports scipy, which on a busy machine takes longer than any deadline worth having.
settings.register_profile("evaligo", deadline=None)
settings.load_profile("evaligo")
