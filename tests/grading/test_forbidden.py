"""A forbidden call is caught however it is written, and only where the learner's own code makes it."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from roadbook.grading import forbidden

X = "[[0.0, 0.0], [3.0, 4.0]]"
CDIST = ["scipy.spatial.distance.cdist"]


def answer(source: str, names: list[str], namespace: dict[str, Any] | None = None) -> dict[str, Any]:
    namespace = {} if namespace is None else namespace
    forbidden.run(source, namespace, "pairwise-distances", names)
    return namespace


@pytest.mark.parametrize(
    ("source", "names"),
    [
        (f"import scipy.spatial.distance as d\ndef f(): return d.cdist({X}, {X})", CDIST),
        (f"from scipy.spatial.distance import cdist\ndef f(): return cdist({X}, {X})", CDIST),
        (f"def f():\n    from scipy.spatial.distance import cdist as c\n    return c({X}, {X})", CDIST),
        (f"import scipy.spatial\ng = scipy.spatial.distance.cdist\ndef f(): return g({X}, {X})", CDIST),
        (f"from scipy.spatial.distance import cdist\ndef f(): return [*map(cdist, [{X}], [{X}])]", CDIST),
        (f"from scipy.spatial.distance import cdist\nf = lambda: (lambda a: cdist(a, a))({X})", CDIST),
        (f"from scipy.spatial import distance\ndef f(): return distance.pdist({X})", ["scipy.spatial"]),
        # one object, exposed in two modules
        (
            f"from sklearn import metrics\ndef f(): metrics.pairwise_distances({X})",
            ["sklearn.metrics.pairwise"],
        ),
        ("from sklearn.neighbors import KDTree\ndef f(): KDTree([[0.0]])", ["sklearn.neighbors"]),
        (
            "from sklearn import neighbors as n\ndef f():\n    class A(n.NearestNeighbors): pass",
            ["sklearn.neighbors"],
        ),
        ("import torch\ndef f(): torch.cdist(torch.ones(1, 1), torch.ones(1, 1))", ["torch.cdist"]),
        ("import torch\ndef f(): return torch.ones(2).softmax(0)", ["torch.Tensor.softmax"]),
        (
            "from torch import nn\ndef f(): return nn.MultiheadAttention(4, 2)",
            ["torch.nn.MultiheadAttention"],
        ),
        (
            "from torch.nn import functional as F\ndef f(): F.scaled_dot_product_attention(1, 1, 1)",
            ["torch.nn.functional.scaled_dot_product_attention"],
        ),
    ],
)
def test_call_is_blocked(source: str, names: list[str]) -> None:
    function = answer(source, names)["f"]
    with pytest.raises(
        forbidden.ForbiddenCall, match=r'^Task "pairwise-distances" asks you to write this yourself: '
    ):
        function()


def test_the_message_names_what_was_called() -> None:
    with pytest.raises(forbidden.ForbiddenCall) as caught:
        answer(f"from scipy.spatial.distance import cdist\ncdist({X}, {X})", CDIST)
    assert str(caught.value) == (
        'Task "pairwise-distances" asks you to write this yourself: '
        "scipy.spatial.distance.cdist may not be called here."
    )
    assert not isinstance(caught.value, Exception), "an answer's `except Exception` would hide it"


def test_a_name_of_the_locked_imports_cell_is_blocked() -> None:
    namespace: dict[str, Any] = {}
    exec("from scipy.spatial.distance import cdist", namespace)
    answer(f"def f(): return cdist({X}, {X})", CDIST, namespace)
    with pytest.raises(forbidden.ForbiddenCall):
        namespace["f"]()


def test_what_others_call_passes() -> None:
    namespace: dict[str, Any] = {}
    exec("from scipy.spatial.distance import cdist\ndef helper(A): return cdist(A, A)", namespace)
    # The library calls it, the instructor's helper calls it, and afterwards the tests do.
    source = (
        "from sklearn.metrics import pairwise_distances\n"
        f"def f(): return pairwise_distances({X}, metric='cityblock')[0, 1], helper({X})[0, 1]"
    )
    answer(source, CDIST, namespace)
    assert namespace["f"]() == (7.0, 5.0)
    assert namespace["cdist"]([[0.0]], [[2.0]])[0, 0] == 2.0


def test_naming_without_calling_passes() -> None:
    source = (
        "from sklearn.neighbors import KDTree\n"
        "def f(tree: KDTree | None = None): return isinstance(tree, KDTree), sorted([2, 1])"
    )
    assert answer(source, ["sklearn.neighbors"])["f"]() == (False, [1, 2])


def test_neighbours_of_a_forbidden_module_pass() -> None:
    source = "from sklearn.calibration import LabelEncoder\ndef f(): return LabelEncoder()"
    answer(source, ["sklearn.calibration"])["f"]()  # it is at home in sklearn.preprocessing


def test_what_a_forbidden_package_brings_of_others_passes() -> None:
    import sklearn.externals.array_api_compat.numpy  # noqa: F401  (lists all of NumPy as its own)

    answer("import numpy as np\ndef f(): return np.where([True], 1, 0)", ["sklearn"])["f"]()


def test_functions_and_classes_stay_what_they_are() -> None:
    source = (
        "import numpy as np\n"
        "class Base:\n    def __init__(self): self.n = len([1])\n"
        "class Child(Base):\n    def __init__(self): super().__init__()\n"
        "def numbers(k: int = 3):\n    '''Yield numbers.'''\n    yield from range(k)\n"
        "def mean(values): return np.mean(values)"
    )
    namespace = answer(source, CDIST)
    assert isinstance(namespace["Child"](), namespace["Base"]) and namespace["Child"]().n == 1
    assert list(namespace["numbers"]()) == [0, 1, 2]
    assert (namespace["numbers"].__name__, namespace["numbers"].__doc__) == ("numbers", "Yield numbers.")
    assert namespace["mean"]([1, 3]) == 2


def test_errors_keep_their_line() -> None:
    namespace = answer("def f():\n    x = len([])\n    return 1 / x", CDIST)
    with pytest.raises(ZeroDivisionError) as caught:
        namespace["f"]()
    assert caught.traceback[-1].lineno == 2, "counted from 0"


def test_nothing_is_imported_for_the_learner() -> None:
    code = (
        "import sys; from roadbook.grading import forbidden; n = {}\n"
        "forbidden.run('def f(): return abs(-1)', n, 't', ['torch.nn', 'sklearn.neighbors']); n['f']()\n"
        "sys.exit('torch' in sys.modules or 'sklearn' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_answers_of_two_tasks_do_not_mix() -> None:
    namespace: dict[str, Any] = {}
    forbidden.run("import math\ndef f(): return math.sqrt(4)", namespace, "one", ["math.sqrt"])
    forbidden.run("def g(): return math.sqrt(4)", namespace, "two", ["math.exp"])
    assert namespace["g"]() == 2
    with pytest.raises(forbidden.ForbiddenCall, match='Task "one"'):
        namespace["f"]()


def test_in_ipython_only_the_cells_between_enter_and_leave() -> None:
    from IPython.core.interactiveshell import InteractiveShell

    shell: Any = InteractiveShell.instance()
    try:
        forbidden.enter("t", ["math.sqrt"])
        shell.run_cell("import math\ndef f(): return math.sqrt(4)")
        forbidden.leave()
        assert shell.run_cell("math.sqrt(9)").result == 3
        assert isinstance(shell.run_cell("f()").error_in_exec, forbidden.ForbiddenCall)
    finally:
        InteractiveShell.clear_instance()
    with pytest.raises(RuntimeError, match="IPython"):
        forbidden.enter("t", ["math.sqrt"])


def test_unknown_names_are_told() -> None:
    names = ["scipy.spatial.distance", "scipy.spatial.distance.cdits", "numpy.linalg.norm", "nowhere.at_all"]
    assert forbidden.unknown(names) == ["scipy.spatial.distance.cdits", "nowhere.at_all"]
