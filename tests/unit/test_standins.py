"""The stand-ins themselves, as far as other tests rely on them."""

from tests.standins.faults import RandomFaults


def test_faults_by_chance_come_from_their_seed():
    def drawn(seed):
        chance = RandomFaults(seed)
        return [chance.draw(["late", "broken"], 0.5) for _ in range(20)]

    assert drawn(1) == drawn(1) != drawn(2)
    assert set(drawn(1)) == {None, "late", "broken"}
