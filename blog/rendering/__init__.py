"""From Markdown to HTML, in a process of its own. `blog/markup.py` is the door.

Nothing else imports this but blog/comparing, which asks it what a block is.
"""

# Stored with every rendered text. Raise it whenever the same Markdown comes out differently.
RENDERER_VERSION = "5"
