"""Records of watched processes: read as written, and nothing that stands in one is more than a failure."""

from hypothesis import given
from hypothesis import strategies as st

from lineage.model.run import Process
from lineage.running.records import MOST_ANSWER_BYTES, processes

START = b"start\t1\t7\t1\t100.250\t/usr/bin/python3\t/p/main.py\t1\n"
ANSWER = b"answer\t{'python': '3.11.7', 'path': ['/lib']}\n"
NAME, CHILD = "7-00ff.log", "8-00fe.log"


def test_a_whole_record_is_a_process() -> None:
    content = (
        *(START, ANSWER, b"m\tos\t/lib/os.py\nm\tsys\t\ni\tb\t/p/main.py\np\t/p\t/lib\nm\tb\t/p/b.py\n"),
        *(
            b"r\t/p/in.csv\nw\t/p/out.pkl\nr\t/p/a.csv\ns\tsh\ns\ttrue\nm\t__main__\t/p/main.py\nl\t/lib/x.so\nend\t1\n",
        ),
    )

    assert processes([(NAME, b"".join(content))]) == (
        Process(
            pid=7,
            parent=1,
            forked=False,
            ended=True,
            answer={"python": "3.11.7", "path": ["/p", "/lib"]},
            main="/p/main.py",
            modules=(("b", "/p/b.py"), ("os", "/lib/os.py"), ("sys", None)),
            importers=(("b", "/p/main.py"),),
            libraries=("/lib/x.so",),
            read=("/p/a.csv", "/p/in.csv"),
            written=("/p/out.pkl",),
            sees_files=True,
            born=100.25,
            started=("sh", "true"),
        ),
    )


def test_escapes_and_bytes_that_are_no_text_come_back() -> None:
    (process,) = processes([(NAME, START + b"r\t/p/a\\tb\\nc\\\\n\xff\n")])

    assert process.read == ("/p/a\tb\nc\\n\udcff",)


def test_a_killed_process_names_what_it_was_importing() -> None:
    (process,) = processes([(NAME, START + b"i\ta\t/p/main.py\ni\tb\t/p/a.py\nm\ta\t/p/a.py\ni\tc\t/p/b.p")])

    assert (process.modules, process.ended, process.failures) == ((("a", "/p/a.py"), ("b", None)), False, ())


def test_a_failed_import_of_a_process_that_ended_is_no_module() -> None:
    (process,) = processes([(NAME, START + b"i\ta\t/p/main.py\nend\t1\n")])

    assert (process.modules, process.importers) == ((), (("a", "/p/main.py"),))


def test_a_forked_process_has_what_its_parent_said() -> None:
    child = b"forked\t1\t8\t7\t101.000\t" + NAME.encode() + b"\np\t/q\n"

    first, second = processes([(CHILD, child), (NAME, START + ANSWER)])

    assert (first.pid, first.answer["path"]) == (7, ["/lib"])
    assert second == Process(
        pid=8,
        parent=7,
        forked=True,
        ended=False,
        answer={"python": "3.11.7", "path": ["/q"]},
        main="/p/main.py",
        sees_files=True,
        born=101.0,
    )


def test_a_forked_process_without_a_record_of_its_parent_says_so() -> None:
    lost = b"forked\t1\t8\t7\t101.000\t7-00.log\n"
    itself = b"forked\t1\t8\t7\t101.000\t" + CHILD.encode() + b"\n"

    for content in (lost, itself):
        (process,) = processes([(CHILD, content)])
        assert (process.answer, process.failures) == ({}, ("the process that it was forked from left no record",))


def test_what_is_no_line_of_the_form_is_counted() -> None:
    bad = b"m\tone\nzzz\tx\nanswer\t[1]\nanswer\t{1: 2}\nanswer\t__import__('os')\nanswer\t" + b"(" * 9999 + b"\n"
    again = b"start\t1\t7\t1\t1\t\t\t1\nstart\t2\t7\t1\t1\t\t\t1\n"

    (process,) = processes([(NAME, START + bad + again + b"x\twrite\t28\n")])

    assert process.failures == ("write: 28", "8 lines of its record could not be read")


def test_an_answer_may_only_be_so_long() -> None:
    around = len("{'a': ''}")
    at_most = [b"answer\t{'a': '%s'}\n" % (b"x" * (MOST_ANSWER_BYTES - around + more)) for more in (0, 1)]

    whole, cut = (processes([(NAME, START + one)])[0] for one in at_most)

    assert (len(str(whole.answer["a"])), whole.failures) == (MOST_ANSWER_BYTES - around, ())
    assert (cut.answer, cut.failures) == ({}, ("1 lines of its record could not be read",))


def test_an_empty_record_is_a_process_of_which_nothing_is_known() -> None:
    said = ("its record does not say how it began",)

    assert processes([(NAME, b"")]) == (Process(pid=7, parent=0, forked=False, ended=False, answer={}, failures=said),)


def test_a_record_of_another_pid_did_not_begin() -> None:
    (process,) = processes([("9-00.log", START)])

    assert process.failures == ("its record does not say how it began", "1 lines of its record could not be read")


def test_other_files_are_passed_over() -> None:
    assert processes([("notes.txt", START), ("7.log", START), ("-00.log", START), ("7-00.log.part", START)]) == ()


LINE = st.one_of(
    st.binary(max_size=30),
    st.tuples(
        st.sampled_from([b"start", b"forked", b"answer", b"m", b"i", b"p", b"end"]), st.lists(st.binary(max_size=9))
    ).map(lambda one: b"\t".join([one[0], *one[1]])),
)


@given(st.lists(LINE, max_size=12))
def test_any_bytes_give_one_process(lines: list[bytes]) -> None:
    (process,) = processes([(NAME, b"\n".join(lines))])

    assert process.pid == 7
