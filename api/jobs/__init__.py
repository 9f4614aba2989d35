"""Jobs: what a worker does for whoever sent an article: fetch it, read it, draft its facts, store all that."""
