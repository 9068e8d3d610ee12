"""One question to one certified answer."""
