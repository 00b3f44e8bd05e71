"""The levels of headings on the page, under its own <h1>."""


class Outline:
    """Gives each heading, in order, the level after that of the one it stands under: no level is skipped."""

    def __init__(self) -> None:
        self.above: list[int] = []  # The levels, as written, of the headings around this place.

    def level_of(self, written: int) -> int:
        while self.above and self.above[-1] >= written:
            self.above.pop()
        self.above.append(written)
        return min(len(self.above) + 1, 6)
