"""How long a text takes to read, as Medium, Ghost and Forem count it."""

WORDS_PER_MINUTE = 238  # Brysbaert 2019: silent reading of English prose.
SECONDS_OF_FIRST_PICTURE, FEWEST_SECONDS = 12, 3


def reading_minutes(words: int, pictures: int = 0) -> int:
    """Return whole minutes, at least one. Each picture is looked at for a second less than the one before it."""
    looking = sum(max(SECONDS_OF_FIRST_PICTURE - number, FEWEST_SECONDS) for number in range(pictures))
    return max(1, round(words / WORDS_PER_MINUTE + looking / 60))
