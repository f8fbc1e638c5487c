import pytest

from asterisk.ari.errors import UnsupportedAsterisk
from asterisk.ari.version import check_version


@pytest.mark.parametrize(
    "version",
    ["22.5.0", "22.5", "22.10.1+dfsg+~cs6.17.60671434-1", "23.0.0-rc1", "certified-22.8-cert1"],
)
def test_new_enough(version: str) -> None:
    check_version(version)


@pytest.mark.parametrize("version", ["22.4.1", "20.11.0", "18.9-cert12", "1.8.32.3"])
def test_too_old_says_which_it_is_and_which_is_needed(version: str) -> None:
    with pytest.raises(UnsupportedAsterisk, match=f"Asterisk {version}; Strowger needs 22.5"):
        check_version(version)


@pytest.mark.parametrize("version", ["", "GIT-master-1a2b3c"])
def test_a_version_without_numbers_is_refused(version: str) -> None:
    with pytest.raises(UnsupportedAsterisk, match="Cannot tell the version"):
        check_version(version)
