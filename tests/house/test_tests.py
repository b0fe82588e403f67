"""No test that never runs, and none that cannot fail."""

from __future__ import annotations

import ast

from tests.house.source_tree import sources_of_tests


def test_every_function_with_an_assert_in_a_test_file_is_a_test_or_is_called() -> None:
    wrong = []
    for source in sources_of_tests():
        if not source.path.name.startswith("test_"):
            continue
        used = {node.id for node in ast.walk(source.tree) if isinstance(node, ast.Name)}
        used |= {node.attr for node in ast.walk(source.tree) if isinstance(node, ast.Attribute)}
        for node in source.tree.body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("test_"):
                continue
            is_fixture = any("fixture" in ast.unparse(decorator) for decorator in node.decorator_list)
            has_assert = any(isinstance(inner, ast.Assert) for inner in ast.walk(node))
            if has_assert and not is_fixture and node.name not in used:
                wrong.append(f"{source.name}:{node.lineno} {node.name}")

    assert wrong == []


def test_every_file_with_tests_is_collected() -> None:
    wrong = [
        source.name
        for source in sources_of_tests()
        if not source.path.name.startswith("test_")
        and source.path.name != "conftest.py"
        and any(isinstance(node, ast.FunctionDef) and node.name.startswith("test_") for node in source.tree.body)
        and "sources_of_tests" not in source.text
    ]

    assert wrong == []


def test_no_two_tests_in_a_file_have_one_name() -> None:
    wrong = []
    for source in sources_of_tests():
        seen: set[str] = set()
        for node in source.tree.body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                if node.name in seen:
                    wrong.append(f"{source.name}:{node.lineno} {node.name}")
                seen.add(node.name)

    assert wrong == []


def test_every_test_can_fail() -> None:
    """A test asserts, expects an exception, or hands over to a function that does."""
    wrong = []
    for source in sources_of_tests():
        checkers = {node.name for node in ast.walk(source.tree) if isinstance(node, ast.FunctionDef) and _checks(node)}
        for node in source.tree.body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not _checks(node):
                called = {
                    ast.unparse(call.func).split(".")[-1] for call in ast.walk(node) if isinstance(call, ast.Call)
                }
                if not called & checkers and not any(
                    name.startswith(("assert_", "expect_", "require_")) for name in called
                ):
                    wrong.append(f"{source.name}:{node.lineno} {node.name}")

    assert wrong == []


def _checks(node: ast.FunctionDef) -> bool:
    return any(isinstance(inner, ast.Assert) for inner in ast.walk(node)) or "pytest.raises" in ast.unparse(node)
