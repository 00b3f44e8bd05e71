"""What whoever runs the site is told of it. Everything may import this; it knows nothing of the site."""
