"""Reading pages that were made before, given before Django is asked, and never after they have changed.

A page is made by Django, once, for a stand-in of its audience: nobody's data can be in it. It is kept in this process
together with the version that the site had before it was made. Each request asks the database for that version and, by
the same query, for the session of its cookie; so what is unpublished, and who is signed out, is so at the next request
of every process. What is personal is put in as the page is sent.

Whatever is out of the ordinary, Django answers, as if there were no pages kept. In development it answers all.
"""

from .cache import PageCache

__all__ = ["PageCache"]
