from random import Random

from asterisk.backoff import Backoff


def delays(count: int, seed: int = 1) -> list[float]:
    backoff = Backoff(Random(seed))
    return [backoff.next_s() for _ in range(count)]


def test_doubles_up_to_the_limit_within_half_to_whole() -> None:
    nominal = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    for delay, whole in zip(delays(8), nominal, strict=True):
        assert whole / 2 <= delay <= whole


def test_engines_with_other_seeds_do_not_come_back_in_step() -> None:
    assert delays(8, seed=1) != delays(8, seed=2)


def test_reset_starts_from_the_first_delay() -> None:
    backoff = Backoff(Random(1))
    for _ in range(6):
        backoff.next_s()
    backoff.reset()
    assert backoff.next_s() <= 0.1
