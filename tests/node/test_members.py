"""The membership file of a running node: read again when it or the agreements change; a broken one does not count."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from armslength.agreement.terms import Party, default_terms
from armslength.errors import MembershipError
from armslength.node.clock import SystemClock
from armslength.node.core.inputs import Agreed
from armslength.node.home import Home
from armslength.node.members import Members
from armslength.node.recording import Recording
from node.homes import make

FILE = '[[aircraft]]\nparty = "North"\nmember = "{member}"\naddresses = ["d10000"]\n'
TERMS = replace(default_terms(), parties=(Party("North", ("Fleet",)), Party("South")))


def write(home: Home, text: str, at_ns: int) -> None:
    path = home.path / "members.toml"
    path.write_text(text)
    os.utime(path, ns=(at_ns, at_ns))


def test_a_change_counts_a_broken_file_does_not_and_is_told_once(tmp_path: Path) -> None:
    home = make(tmp_path, "North")
    made = Members(home, ())
    assert (made.membership, made.digest, made.again(())) == (None, "", False)
    write(home, FILE.format(member="Fleet"), 1)
    assert made.again(()) and made.digest.startswith("sha256:") and not made.again(())
    good, digest = made.membership, made.digest
    write(home, "[[aircraft]]", 2)
    with pytest.raises(MembershipError):
        made.again(())
    assert not made.again(()) and (made.membership, made.digest) == (good, digest)
    write(home, FILE.format(member="Others"), 3)
    assert made.again(()) and made.digest != digest
    in_force = (Agreed("South", "S", "k", "deal", "sha256:x", terms=TERMS),)
    with pytest.raises(MembershipError, match="not a member"):  # the file is as it was; the agreement is new
        made.again(in_force)
    (home.path / "members.toml").unlink()
    assert made.again(in_force) and made.membership is None


def test_without_an_agreement_the_default_minima_judge_and_say_so(tmp_path: Path) -> None:
    home = make(tmp_path, "North")
    members = Members(home, ())
    recording = Recording(home, members, lambda one: None, SystemClock())
    assert recording._wanted(()) == ()  # nobody's aircraft is known
    write(home, FILE.format(member="Fleet"), 1)
    members.again(())
    (under,) = recording._wanted(())
    assert (under.agreement, under.terms, under.from_ns) == ("none", default_terms(), 0)
    in_force = (Agreed("South", "S", "k", "deal", "sha256:x", terms=TERMS, effective_ns=5),)
    (under,) = recording._under = recording._wanted(in_force)
    assert (under.agreement, under.from_ns) == ("deal", 5) and members.digest in under.key
    (under,) = recording._wanted(())
    assert under.agreement == "none" and under.from_ns > 5  # what was judged under the agreement is not told again
