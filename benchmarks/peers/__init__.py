"""What newsfacts is measured beside: the same facts, each peer as its own documentation would have it."""
