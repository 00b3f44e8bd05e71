"""What is published, for feed readers: RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1.

`addresses` is the table of what there are feeds of, and in which formats. `scopes` finds the posts of one, `document`
reads from the database all that one says but the texts, `xml` and `as_json` write it.
"""
