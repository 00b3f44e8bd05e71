"""Where Galley reads Markdown otherwise than CommonMark does, and why. By the number of the example in 0.31.2."""

REASONS = {
    "figure": "A picture that stands alone and has a title is a figure, and the title its caption.",
    "scheme": "Links lead to http, https and mailto addresses and nowhere else; of others the words remain.",
    "address": "An address as typed is a link, as on GitHub.",
    "bullet": "A bullet two spaces below a number belongs to its item; CommonMark asks for as many as the number takes.",
    "fragment": "Links within a text follow its ids, which have a prefix, so that none is taken for one of the page's own.",
    "language": "What follows a fence is shown only if it can be the name of a language.",
}

DIFFERENCES = {
    **dict.fromkeys((572, 573, 576, 577, 584, 585, 586, 588, 589, 591), "figure"),
    **dict.fromkeys((596, 598, 599, 601), "scheme"),
    **dict.fromkeys((602, 608, 611), "address"),
    297: "bullet",
    501: "fragment",
    144: "language",
}
