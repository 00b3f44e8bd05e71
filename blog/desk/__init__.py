"""What stands on the desk: its lists, a post with its buttons, a text beside another. The pages are in blog/views."""
