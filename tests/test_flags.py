import pytest

from hairdensity.flags import FLAGS, is_rejected, reason_for, severity_of


def test_every_flag_reads_as_a_sentence_and_what_forbids_a_number_says_what_to_do():
    for flag in FLAGS.values():
        assert flag.meaning[:1].islower()
        assert not flag.meaning.endswith(".")
        assert flag.name.isidentifier()
        if flag.severity == "reject":
            assert flag.advice.endswith(".")


def test_the_gravest_counts():
    assert severity_of([]) is None
    assert severity_of(["no_date"]) == "note"
    assert severity_of(["no_date", "soft"]) == "warn"
    assert severity_of(["no_date", "soft", "blurred"]) == "reject"
    assert is_rejected(["soft", "blurred"])
    assert not is_rejected(["soft"])


def test_reason_names_only_what_rejects():
    reason = reason_for(["soft", "blurred"])
    assert FLAGS["blurred"].meaning in reason
    assert FLAGS["blurred"].advice in reason
    assert FLAGS["soft"].meaning not in reason


def test_an_unknown_flag_is_a_mistake_of_the_program():
    with pytest.raises(KeyError):
        severity_of(["no_such_flag"])
