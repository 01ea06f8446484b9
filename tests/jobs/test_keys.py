"""The key file: what it holds, how its sealing key is renewed, and that hash keys never change."""

import json
import stat

import pytest

from jobs import keys
from jobs.errors import CreditFileError


def content(lake):
    return json.loads(keys.path(lake).read_text())


def test_an_operators_sealing_key_is_drawn_and_a_sandboxs_follows_its_seed(tmp_path):
    one, other = keys.make(tmp_path / "a", seed=7), keys.make(tmp_path / "b", seed=7)
    assert (one.root, one.seal_key) == (other.root, other.seal_key)
    real = keys.make(tmp_path / "c")
    assert not real.is_sandbox
    assert real.seal_key != real.hash_key("seal"), "or retiring it would be in vain: the root would bring it back"
    assert content(tmp_path / "c") == {
        "root": real.root.hex(),
        "is_sandbox": False,
        "seals": {"1": real.seal_key.hex()},
    }


def test_no_key_is_ever_shown(tmp_path):
    made = keys.make(tmp_path)
    assert repr(made) == "Keys(is_sandbox=False)"


def test_a_key_file_of_the_time_before_versions_has_the_key_it_always_had(tmp_path):
    keys.path(tmp_path).parent.mkdir()
    keys.path(tmp_path).write_text(json.dumps({"root": "ab" * 32, "is_sandbox": True}))
    old = keys.load(tmp_path, "sandbox")
    assert old.seals == {1: old.hash_key("seal")}
    assert keys.renew(tmp_path).seals[1] == old.seal_key


def test_renewing_twice_is_one_rotation_and_retiring_ends_it(tmp_path):
    before = keys.make(tmp_path)
    drawn = keys.renew(tmp_path)
    assert (drawn.seal_version, drawn.seals[1]) == (2, before.seal_key)
    assert keys.renew(tmp_path) == drawn, "a rotation that was cut off goes on with the same key"
    kept = keys.retire(tmp_path)
    assert kept.seals == {2: drawn.seal_key}
    assert keys.load(tmp_path, "licensed_bureau") == kept
    assert before.seal_key.hex() not in keys.path(tmp_path).read_text()
    assert keys.renew(tmp_path).seal_version == 3
    for purpose in ("identity", "link", "person", "bank:bank-a:match"):
        assert keys.load(tmp_path, "licensed_bureau").hash_key(purpose) == before.hash_key(purpose)


def test_only_the_owner_may_read_the_file_also_after_it_was_written_anew(tmp_path):
    keys.make(tmp_path)
    keys.renew(tmp_path)
    assert [stat.S_IMODE(path.stat().st_mode) for path in keys.path(tmp_path).parent.iterdir()] == [0o600]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"root": "zz"}', '{"root": "ab"}', '{"root": 1, "is_sandbox": true}'])
def test_a_damaged_key_file_is_told_and_never_replaced(tmp_path, text):
    keys.path(tmp_path).parent.mkdir()
    keys.path(tmp_path).write_text(text)
    for use in (keys.make, keys.renew, keys.retire, lambda lake: keys.load(lake, "sandbox")):
        with pytest.raises(CreditFileError) as stopped:
            use(tmp_path)
        assert stopped.value.code == "CF-9104"
    assert keys.path(tmp_path).read_text() == text
