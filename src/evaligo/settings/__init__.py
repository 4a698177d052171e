"""Settings: the YAML files under `.evaligo/`, read strictly, with the file and the line in every error."""
