"""auth.roles and roles.yaml: who may do what is written once, and agrees with the protos both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from monshin_kit.auth import Caller, Roles
from monshin_kit.errors import InvalidInput
from monshin_kit.testing.protos import all_methods

DESIGNED = ("viewer", "clinician", "model_developer", "patient_data_steward", "auditor", "administrator", "service")


def _scopes_of_the_protos() -> set[str]:
    return {method.scope for method in all_methods()}


def test_the_roles_are_those_of_the_design() -> None:
    assert Roles.load().names == DESIGNED


def test_every_scope_of_the_protos_is_held_by_some_role() -> None:
    assert _scopes_of_the_protos() <= Roles.load().scopes(DESIGNED)


def test_every_scope_of_the_roles_is_asked_for_by_some_rpc() -> None:
    assert Roles.load().scopes(DESIGNED) <= _scopes_of_the_protos()


def test_the_administrator_holds_every_scope() -> None:
    assert Roles.load().scopes(["administrator"]) == _scopes_of_the_protos()


def test_one_who_only_looks_can_change_nothing() -> None:
    changing = {method.scope for method in all_methods() if not method.is_read}
    assert not changing & Roles.load().scopes(["viewer", "auditor"])


def test_the_log_is_read_by_auditors_and_administrators_alone() -> None:
    roles = Roles.load()
    assert [role for role in DESIGNED if "audit.read" in roles.scopes([role])] == ["auditor", "administrator"]


def test_an_unknown_role_holds_nothing() -> None:
    assert Roles.load().scopes(["director", ""]) == frozenset()


def test_a_hospital_may_bring_its_own_table() -> None:
    roles = Roles.load("nurse: [corpus.read]\n")
    assert roles.scopes(["nurse"]) == {"corpus.read"}
    assert roles.scopes(["clinician"]) == frozenset()


@pytest.mark.parametrize("text", ["", "[]", "nurse: corpus.read", "nurse: {a: 1}", "nurse", "a: [", "\t- :"])
def test_a_table_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        Roles.load(text)


def _caller(*roles: str, subject: str = "tanaka") -> Caller:
    return Caller(subject, frozenset(roles), frozenset())


def test_a_reader_is_admitted_by_role_or_by_name() -> None:
    assert _caller("clinician").may_use(["role:clinician"])
    assert _caller("viewer").may_use(["role:auditor", "client:tanaka"])
    assert not _caller("viewer").may_use(["role:clinician", "client:suzuki"])


@given(st.lists(st.text(), min_size=1))
def test_a_list_admits_nobody_it_does_not_name(readers: list[str]) -> None:
    named = "client:tanaka" in readers or "role:viewer" in readers
    assert _caller("viewer").may_use(readers) == named


@given(st.lists(st.text()))
def test_administrators_are_always_admitted(readers: list[str]) -> None:
    assert _caller("administrator").may_use(readers)


def test_an_empty_list_admits_everyone() -> None:
    assert _caller().may_use([])


def test_a_subject_cannot_pose_as_a_role() -> None:
    assert not _caller(subject="x role:clinician").may_use(["role:clinician"])
