from accounts.breaker import Breaker


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_after_a_failure_nobody_calls_for_a_while_and_then_one_tries() -> None:
    clock = Clock()
    breaker = Breaker(pause_seconds=10, clock=clock)
    assert breaker.admits()
    breaker.failed()

    clock.now += 9.9
    early = breaker.admits()
    clock.now += 0.2
    later = [breaker.admits() for _ in range(3)]

    assert not early
    assert later == [True, False, False]


def test_an_answer_lets_everybody_call_again() -> None:
    breaker = Breaker(pause_seconds=10)
    breaker.failed()

    breaker.answered()

    assert [breaker.admits() for _ in range(3)] == [True] * 3
