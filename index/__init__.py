"""Documents to a searchable index: read, parse, extract facts, chunk, embed, write, publish."""
