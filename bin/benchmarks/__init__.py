"""What bin/bench runs: each of its names is a module here, and the rest is what they share."""
