"""What people are told about posts: of which kinds, in which words, and as which mail. The rows are in blog/models."""
