"""From Markdown to HTML, in a process of its own. `blog/markup.py` is the door; nothing else imports this."""

# Stored with every rendered text. Raise it whenever the same Markdown comes out differently.
RENDERER_VERSION = "2"
